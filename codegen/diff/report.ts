import type { Change } from './changes.js';

const most = 100;

const code = (text: string) => `\`${text}\``;

function line(change: Change): string {
  const name = change.name === undefined ? '' : `${code(change.name)} `;
  const breaks = change.breaks === undefined ? '' : ` (${change.breaks})`;
  return `- ${name}${change.what}${breaks}`;
}

function section(title: string, changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const lines = [`## ${title} (${changes.length})`, ''];
  for (const entity of new Set(changes.map((change) => change.entity))) {
    const own = changes.filter((change) => change.entity === entity);
    lines.push(`### ${entity}`, '', ...own.map(line), '');
  }
  return lines;
}

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

function counts(changes: readonly Change[]): string {
  const of = (subject: Change['subject'], what: RegExp) =>
    changes.filter((change) => change.subject === subject && what.test(change.what)).length;
  const parts = [
    [of('entity', /^added/), 'entity added', 'entities added'],
    [of('entity', /^removed/), 'entity removed', 'entities removed'],
    [of('entity', /→/), 'entity changed', 'entities changed'],
    [of('route', /./), 'route or verb changed', 'routes or verbs changed'],
    [of('field', /^added/), 'field added', 'fields added'],
    [of('field', /^removed/), 'field removed', 'fields removed'],
    [of('field', /→|changed/), 'field changed', 'fields changed'],
  ] as const;
  const counted = parts.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
  return counted.join(', ');
}

/**
 * The change report in Markdown: what breaks callers first, then the rest, then what the source says
 * differently without overruling the snapshot. `source` names where the facts were read.
 */
export function report(source: string, changes: readonly Change[], kept: readonly string[]): string {
  const breaking = changes.filter((change) => change.breaks !== undefined);
  const harmless = changes.filter((change) => change.breaks === undefined);
  const verdict =
    changes.length === 0
      ? 'No change.'
      : `${counts(changes)}. ${breaking.length === 0 ? 'Nothing breaks callers.' : `**${plural(breaking.length, 'change breaks', 'changes break')} callers.**`}`;
  const lines = [
    '# Changes of the Autotask API',
    '',
    `Source: ${source}`,
    '',
    verdict,
    '',
    ...section('Breaking', breaking),
    ...section('Not breaking', harmless),
  ];
  if (kept.length > 0) {
    lines.push(`## Told differently, kept as it is (${kept.length})`, '');
    lines.push(...kept.slice(0, most).map((text) => `- ${text}`));
    if (kept.length > most) lines.push(`- … and ${kept.length - most} more`);
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
