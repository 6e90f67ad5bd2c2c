import type { Cell } from '../entities/display.js';
import type { WritePlan } from '../entities/plan.js';
import type { Held } from './gate.js';
import { between, disarm } from './marked.js';

const would = { create: 'create', update: 'update', delete: 'delete' } as const;

const shown = (text: string) => (text === '' ? '(empty)' : text);

/** What the caller wants stored is shown as it is; the name or label that stands for an id is the tenant's. */
const wanted = ({ text, json }: Cell) => shown(typeof json === 'object' ? disarm(text) : text);

/** What the record holds is the tenant's text and is disarmed. */
function changeLine({ action }: WritePlan, { field, before, after }: WritePlan['changes'][number]): string {
  const name = disarm(field);
  const was = shown(disarm(before?.text ?? ''));
  if (action === 'create') return `${name}: ${wanted(after)}`;
  if (action === 'delete') return `${name}: ${was}`;
  return before?.text === after.text ? `${name}: ${was} (unchanged)` : `${name}: ${was} -> ${wanted(after)}`;
}

/** What a write would do, where, in whose name and who will see it. */
export async function previewLines(plan: WritePlan, actAs: number | null): Promise<string[]> {
  const { action, entity, id, path, audience } = plan;
  const what = `${entity.singular}${id === null ? '' : ` ${id}`}`;
  const gone = action === 'delete';
  const { label } = audience;
  const stays = label !== null && plan.changes.every(({ field }) => field !== 'publish');
  return [
    `This would ${would[action]} ${what} (${path})${gone ? ' for good' : ''}:`,
    ...between([
      ...plan.called.map(disarm),
      ...plan.changes.map((change) => changeLine(plan, change)),
      ...(stays ? [`publish stays: ${disarm(label)}`] : []),
      ...plan.notes.map((note) => `Note: ${disarm(note)}`),
    ]),
    ...((await plan.alongside?.()) ?? []),
    `${gone ? 'Who sees it until then' : 'Who sees it'}: ${audience.text}`,
    ...(actAs === null ? [] : [`Written in the name of the resource ${actAs}.`]),
  ];
}

/** The preview of a held write, and the token that lets it through. */
export async function previewText(held: Held, actAs: number | null): Promise<string> {
  const [first = '', ...rest] = await previewLines(held.plan, actAs);
  const problem = held.problem === null ? '' : ` ${held.problem}`;
  return [
    `PREVIEW, nothing was written.${problem} ${first}`,
    ...rest,
    `To do it, call again with the same arguments and confirm: "${held.token}".`,
  ].join('\n');
}
