import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type AuditEvent, type AuditLog, outweighs } from '../../audit/index.js';
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
  undoes: z.object({ receipt: z.string(), step: z.int() }).optional(),
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
    repeats: z.string().optional(),
    time: z.string(),
    // Earlier versions did not keep it.
    sentAt: z.string().optional(),
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

const isReceipt = /^w-[0-9a-f]{12}$/;

/** Over stdio there is one person, whatever the client calls itself. */
const ownerOf = (caller: string) => caller.replace(/^stdio\b.*?(?= of tenant |$)/, 'stdio');

type Line = z.infer<typeof line>;
type AttemptLine = Extract<Line, { event: 'attempt' }>;
type OutcomeLine = Extract<Line, { event: 'outcome' }>;

const stateOf = (end: OutcomeLine | undefined): RecordedWrite['state'] =>
  end?.outcome === 'refused' && later.has(end.error ?? '') ? 'open' : (end?.outcome ?? 'unknown');

/** Where several attempts of one write say different things: what is known to be made is, and what may be made is not made again. */
const states = ['refused', 'open', 'unknown', 'done'] as const;
const weightOf = ({ state }: RecordedWrite) => states.indexOf(state);

/**
 * What the recorded lines of a receipt say, together. They may come from replicas whose clocks differ, so nothing here
 * depends on their order: an attempt that makes another one again says so.
 */
export function receiptOf(
  name: string,
  caller: string,
  events: readonly AuditEvent[],
  where: string,
): Receipt {
  const lines = events
    .flatMap((event) => line.safeParse(event).data ?? [])
    .filter((each) => each.event === 'outcome' || each.receipt === name || !isReceipt.test(name));
  const own = lines.filter((each) => each.event === 'outcome' || ownerOf(each.caller) === ownerOf(caller));
  const ends = new Map<string, OutcomeLine>();
  for (const end of own) {
    if (end.event === 'outcome' && outweighs(end.outcome, ends.get(end.attempt)?.outcome))
      ends.set(end.attempt, end);
  }
  const writes = new Map<number, RecordedWrite>();
  const planned = own.flatMap((each) => (each.event === 'plan' ? each.steps : []));
  for (const step of planned)
    writes.set(step.step, { ...step, former: null, state: 'open', at: null, attempt: null, ended: true });
  const attempts = own.filter((each): each is AttemptLine => each.event === 'attempt');
  const repeated = new Set(attempts.flatMap(({ repeats }) => repeats ?? []));
  for (const attempt of attempts) {
    const end = ends.get(attempt.attempt);
    if (repeated.has(attempt.attempt) && end?.outcome !== 'done') continue;
    const known = writes.get(attempt.step);
    const { version, needs, undoes } = known ?? {};
    const state = stateOf(end);
    const at = attempt.sentAt ?? attempt.time;
    const ended = end !== undefined;
    const write = { undoes, ...attempt, version, needs, state, id: end?.id ?? attempt.id, at, ended };
    if (known === undefined || known.attempt === null || weightOf(write) >= weightOf(known))
      writes.set(attempt.step, write);
  }
  const id = own.find((each) => each.event !== 'outcome')?.receipt ?? name;
  return { id, where, writes: [...writes.values()].sort((a, b) => a.step - b.step) };
}

const isAttempt = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Receipts of those that undo writes of this one. */
const undoing = (name: string, events: readonly AuditEvent[]): ReadonlySet<string> =>
  new Set(
    events.flatMap((event) => {
      const { data } = line.safeParse(event);
      return data === undefined || data.event === 'outcome' || data.receipt === name ? [] : data.receipt;
    }),
  );

/** Of the receipt that an attempt stands in, the write that it was one of. */
async function receiptOfAttempt(
  attempt: string,
  read: (name: string) => Promise<Receipt>,
): Promise<Receipt | null> {
  const { id, writes } = await read(attempt);
  const [own] = writes;
  if (own === undefined) return null;
  const whole = await read(id);
  return { ...whole, writes: whole.writes.filter(({ step }) => step === own.step) };
}

/** Throws `notFound` for a receipt that is not there, and for those of others. */
export async function findReceipt(log: AuditLog, name: string, caller: string): Promise<Receipt> {
  const wanted = name.trim();
  const read = async (of: string): Promise<Receipt> => {
    const events = await log.find(of);
    const { writes, ...rest } = receiptOf(of, caller, events, log.where);
    const undone = new Map<number, string>();
    for (const other of isReceipt.test(of) ? undoing(of, events) : []) {
      const { id, writes: reverse } = receiptOf(other, caller, await log.find(other), log.where);
      for (const { undoes, state } of reverse)
        if (undoes?.receipt === of && state !== 'refused') undone.set(undoes.step, id);
    }
    return { ...rest, writes: writes.map((each) => ({ ...each, undoneBy: undone.get(each.step) })) };
  };
  let receipt: Receipt | null = null;
  try {
    if (isReceipt.test(wanted)) receipt = await read(wanted);
    else if (isAttempt.test(wanted)) receipt = await receiptOfAttempt(wanted, read);
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
  if (receipt !== null && receipt.writes.length > 0) return receipt;
  throw new AutotaskError(
    'notFound',
    `There is no receipt ${JSON.stringify(wanted)} of yours in ${log.where}.`,
    {
      next: 'Answers to writes name their receipt ("Receipt: w-…").',
    },
  );
}
