import * as z from 'zod';
import type { Receipt } from '../../entities/write/outcomes/receipt.js';
import { type AnyPlan, isDone, type SkippedRecord, type WritePlan } from '../../entities/write/plan.js';
import { InvalidInput } from '../../errors.js';
import { isOfOneRecord, reasonOf } from '../define/bulk-targets.js';
import { defineWriteTool } from '../define/define-tool.js';
import { withRecordsOf } from './receipt-step.js';
import { resumption } from './resume.js';
import { reversed } from './undo.js';

/** Records of a state that a status names; the rest is counted. */
const mostNamed = 20;

const states = { done: 'done', refused: 'refused', unknown: 'unknown', open: 'not reached' } as const;

/** What became of each write of a call. */
function status({ id, where, writes }: Receipt): AnyPlan {
  const counts = Object.entries(states).map(
    ([state, name]) => `${name} ${writes.filter((write) => write.state === state).length}`,
  );
  const labels = Object.entries(states).flatMap(([state, name]) => {
    const of = writes.filter((write) => write.state === state);
    const left = of.length - mostNamed;
    return [
      ...of.slice(0, mostNamed).map((write) => {
        const made = write.action === 'create' && write.id !== null ? ` (id ${write.id})` : '';
        return `${name}\t${write.action}\t${write.called}${made}`;
      }),
      ...(left > 0 ? [`${name}\t${left} more`] : []),
    ];
  });
  return { answer: { lines: [`Receipt ${id}, from ${where}: ${counts.join(', ')}.`], labels } };
}

export const writeReceipt = defineWriteTool({
  name: 'write-receipt',
  title: 'Status, resume, undo of writes',
  description: 'What an earlier write did, by the receipt in its answer; resume what is left, or undo it.',
  input: {
    receipt: z.string(),
    action: z.enum(['status', 'resume', 'undo']),
  },
  destructive: true,
  idempotent: true,
  plan: async ({ receipt: name, action }, context) => {
    if (context.receipts === undefined)
      throw new InvalidInput('Nothing was written.', [{ field: 'receipt', problem: 'is not known here' }]);
    const receipt = await context.receipts.find(name);
    if (action === 'status') return status(receipt);
    const isUndo = action === 'undo';
    const concerned = receipt.writes.filter(({ state }) =>
      isUndo ? state === 'done' : state === 'open' || state === 'unknown',
    );
    const own = await withRecordsOf(concerned, context);
    const stepOf = isUndo
      ? (write: Receipt['writes'][number]) => reversed(write, own)
      : resumption(receipt, own);
    const numbers = new Map<WritePlan, number>();
    const skipped: SkippedRecord[] = [];
    for (const write of isUndo ? [...receipt.writes].reverse() : receipt.writes) {
      try {
        const step = await stepOf(write);
        if ('skip' in step) skipped.push({ called: write.called, reason: step.skip });
        // Undone already, by this or by somebody.
        else if (isDone(step.plan)) skipped.push({ called: write.called, reason: 'is so already' });
        else numbers.set(step.plan, write.step);
      } catch (error) {
        if (!isOfOneRecord(error)) throw error;
        skipped.push({ called: write.called, reason: reasonOf(error) });
      }
    }
    const cannot = skipped.filter(({ reason }) => reason.startsWith('cannot')).length;
    const common = { steps: [...numbers.keys()], skipped, onError: 'continue' as const, byQuery: false };
    const earlier = { receipt: receipt.id, writes: receipt.writes, numbers };
    if (!isUndo) return { ...common, chosen: [], notes: [], resumes: earlier };
    const notes =
      cannot > 0
        ? [`${cannot} of ${receipt.writes.length} cannot be undone, for the reasons named here`]
        : [];
    return { ...common, chosen: [], notes, skippedFirst: true, undoes: earlier };
  },
});
