import type { WritePlan } from '../entities/plan.js';
import type { Decision } from './gate.js';
import { between, disarm } from './marked.js';

const would = { create: 'create', update: 'update', delete: 'delete' } as const;

const shown = (text: string) => (text === '' ? '(empty)' : text);

/** What the record holds is the tenant's text and is disarmed; what would be stored is shown as it is. */
function changeLine({ action }: WritePlan, { field, before, after }: WritePlan['changes'][number]): string {
  const was = shown(disarm(before?.text ?? ''));
  if (action === 'create') return `${field}: ${shown(after.text)}`;
  if (action === 'delete') return `${field}: ${was}`;
  return before?.text === after.text
    ? `${field}: ${was} (unchanged)`
    : `${field}: ${was} -> ${shown(after.text)}`;
}

/** What a write would do, where, in whose name and who will see it. */
export function previewLines(plan: WritePlan, actAs: number | null): string[] {
  const { action, entity, id, path, audience } = plan;
  const what = `${entity.singular}${id === null ? '' : ` ${id}`}`;
  const gone = action === 'delete';
  return [
    `This would ${would[action]} ${what} (${path})${gone ? ' for good' : ''}:`,
    ...between([
      ...plan.changes.map((change) => changeLine(plan, change)),
      ...plan.notes.map((note) => `Note: ${disarm(note)}`),
    ]),
    `${gone ? 'Who sees it until then' : 'Who sees it'}: ${disarm(audience.text)}`,
    ...(actAs === null ? [] : [`Written in the name of the resource ${actAs}.`]),
  ];
}

/** The preview of a held write, and the token that lets it through. */
export function previewText(held: Extract<Decision, { open: false }>, actAs: number | null): string {
  const [first = '', ...rest] = previewLines(held.plan, actAs);
  const problem = held.problem === null ? '' : ` ${held.problem}`;
  return [
    `PREVIEW, nothing was written.${problem} ${first}`,
    ...rest,
    `To do it, call again with the same arguments and confirm: "${held.token}".`,
  ].join('\n');
}
