import { plural } from '../../text.js';
import type { Paint } from '../style.js';
import type { EntityRights, Finding, Status } from './finding.js';
import type { VariableState } from './settings.js';

export interface Report {
  readonly version: string;
  readonly mode: 'live' | 'demo';
  readonly findings: readonly Finding[];
  readonly variables: readonly VariableState[];
  readonly entities: readonly EntityRights[];
}

const colours = { ok: 'green', warning: 'yellow', problem: 'red', skipped: 'dim' } as const;
const columns = 80;
const indent = ' '.repeat(26);

/** Breaks between words; a longer word stays whole, so that a path can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function findingLines({ check, status, detail, next }: Finding, paint: Paint): string[] {
  const [first = '', ...more] = wrap(detail, columns - indent.length);
  const advice = next === undefined ? [] : wrap(`-> ${next}`, columns - indent.length);
  return [
    `  ${paint(colours[status], status.padEnd(9))} ${check.padEnd(13)} ${first}`,
    ...[...more, ...advice.map((line, index) => (index === 0 ? line : `   ${line}`))].map(
      (line) => `${indent}${line}`,
    ),
  ];
}

const origins = {
  argument: 'command line',
  environment: 'environment',
  file: 'file',
  default: 'default',
} as const;

function variableLines(variables: readonly VariableState[]): string[] {
  const set = variables.flatMap(({ name, from }) =>
    from === null || from === 'default' ? [] : [{ name, from }],
  );
  if (set.length === 0) return [];
  const width = Math.max(...set.map(({ name }) => name.length));
  return ['', 'Settings given', ...set.map(({ name, from }) => `  ${name.padEnd(width)}  ${origins[from]}`)];
}

function entityLines(entities: readonly EntityRights[]): string[] {
  if (entities.length === 0) return [];
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd(index === 0 ? 20 : 11)).join('')}`.trimEnd();
  return [
    '',
    'Rights of the API user, as far as this server uses them',
    line(['entity', 'read', 'create', 'update', 'delete']),
    ...entities.map(({ entity, read, create, update, delete: remove }) =>
      line([entity, read, create, update, remove]),
    ),
  ];
}

const count = (findings: readonly Finding[], status: Status) =>
  findings.filter((finding) => finding.status === status).length;

function conclusion(findings: readonly Finding[], paint: Paint): string {
  const [problems, warnings] = [count(findings, 'problem'), count(findings, 'warning')];
  if (problems > 0) {
    const also = warnings > 0 ? ` and ${plural(warnings, 'warning')}` : '';
    return paint('red', `${plural(problems, 'problem')}${also}. Follow the arrows, then run it again.`);
  }
  if (warnings > 0) return paint('yellow', `It works, with ${plural(warnings, 'warning')}.`);
  return paint('green', 'Everything works.');
}

/** The report for a person. */
export function reportText({ version, mode, findings, variables, entities }: Report, paint: Paint): string {
  return `${[
    paint('bold', `autotask-mcp ${version}, ${mode === 'demo' ? 'sandbox tenant' : 'live tenant'}`),
    '',
    ...findings.flatMap((finding) => findingLines(finding, paint)),
    ...entityLines(entities),
    ...variableLines(variables),
    '',
    conclusion(findings, paint),
  ].join('\n')}\n`;
}
