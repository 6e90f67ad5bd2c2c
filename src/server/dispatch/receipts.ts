import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { AuditEvent, AuditLog } from '../../audit/index.js';
import type { Receipt, RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import { AutotaskError } from '../../errors.js';

/** Names a call that writes, for whoever asks about it later. */
export const newReceipt = (): string => `w-${randomBytes(6).toString('hex')}`;

const write = z.object({
  step: z.int(),
  entity: z.string(),
  action: z.enum(['create', 'update', 'delete']),
  route: z.string(),
  id: z.number().nullable(),
  // Of what was too long for a line only the length is there.
  body: z.record(z.string(), z.unknown()).nullable().catch(null),
  cut: z.array(z.string()).catch(['the record']),
  called: z.string().catch('a record'),
  needs: z.array(z.int()).optional(),
  uses: z.object({ step: z.int(), field: z.string() }).optional(),
});
const line = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('plan'),
    receipt: z.string(),
    caller: z.string(),
    steps: z.array(write.extend({ version: z.string() })),
  }),
  write.extend({
    event: z.literal('attempt'),
    receipt: z.string(),
    caller: z.string(),
    attempt: z.string(),
    time: z.string(),
    former: z.record(z.string(), z.unknown()).nullable().catch(null),
  }),
  z.object({
    event: z.literal('outcome'),
    attempt: z.string(),
    outcome: z.enum(['done', 'refused', 'unknown']),
    id: z.number().optional(),
    error: z.string().optional(),
  }),
]);

/** Refusals that say nothing about the record: the write may be made later. */
const later: ReadonlySet<string> = new Set([
  'limited',
  'unavailable',
  'credentials',
  'zone',
  'configuration',
  'cancelled',
]);

/** Over stdio there is one person, whatever the client calls itself. */
const ownerOf = (caller: string) => caller.replace(/^stdio\b.*?(?= of tenant |$)/, 'stdio');

/** What the recorded lines of a receipt say, together. */
export function receiptOf(
  name: string,
  caller: string,
  events: readonly AuditEvent[],
  where: string,
): Receipt {
  const writes = new Map<number, RecordedWrite>();
  const steps = new Map<string, number>();
  let id = name;
  for (const event of events) {
    const { data } = line.safeParse(event);
    if (data === undefined) continue;
    if (data.event !== 'outcome' && ownerOf(data.caller) !== ownerOf(caller)) continue;
    if (data.event === 'plan') {
      id = data.receipt;
      for (const step of data.steps)
        writes.set(step.step, { ...step, former: null, state: 'open', at: null, attempt: null });
    } else if (data.event === 'attempt') {
      id = data.receipt;
      steps.set(data.attempt, data.step);
      const { version, needs } = writes.get(data.step) ?? {};
      writes.set(data.step, { ...data, version, needs, state: 'unknown', at: data.time });
    } else {
      const step = steps.get(data.attempt);
      const known = step === undefined ? undefined : writes.get(step);
      if (step === undefined || known === undefined) continue;
      const isLater = data.outcome === 'refused' && later.has(data.error ?? '');
      writes.set(step, { ...known, id: data.id ?? known.id, state: isLater ? 'open' : data.outcome });
    }
  }
  return { id, where, writes: [...writes.values()].sort((a, b) => a.step - b.step) };
}

/** Throws `notFound` for a receipt that is not there, and for those of others. */
export async function findReceipt(log: AuditLog, name: string, caller: string): Promise<Receipt> {
  const wanted = name.trim();
  const known = /^(w-[0-9a-f]{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(wanted);
  let events: readonly AuditEvent[];
  try {
    events = known ? await log.find(wanted) : [];
  } catch (error) {
    throw new AutotaskError(
      'configuration',
      'The audit log cannot be read, or was changed. Nothing was written.',
      {
        next: 'Ask the operator to check it: autotask-mcp audit verify.',
        cause: error,
      },
    );
  }
  const receipt = receiptOf(wanted, caller, events, log.where);
  if (receipt.writes.length > 0) return receipt;
  throw new AutotaskError(
    'notFound',
    `There is no receipt ${JSON.stringify(wanted)} of yours in ${log.where}.`,
    {
      next: 'Answers to writes name their receipt ("Receipt: w-…").',
    },
  );
}
