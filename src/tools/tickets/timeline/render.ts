import { shorten } from '../../../text.js';
import type { Entry } from '../../define/ticket-timeline.js';

/** Longest account, in characters: about 8,000 tokens, which every client shows whole. */
export const mostCharacters = 32_000;

/** What is left for entries when the record itself is very long. */
const leastCharacters = 8_000;

/** How long a text may be, tried one after the other until everything fits. */
const lengths = [2000, 1000, 500, 250, 120] as const;

function textLines({ kind, texts, files }: Entry, most: number): { inline: string; below: string[] } {
  const [first, ...rest] = texts;
  if (kind === 'note' && (first === undefined || first.text === '')) {
    return { inline: files.length > 0 ? ': (no text, see its files)' : ': (no text)', below: [] };
  }
  const isInline = first?.label === '' && !first.text.includes('\n');
  return {
    inline: isInline ? `: ${shorten(first.text, most)}` : '',
    // Further lines are quoted where the answer is made.
    below: (isInline ? rest : texts).map(
      ({ label, text }) => `${label === '' ? '> ' : `  ${label}: `}${shorten(text, most)}`,
    ),
  };
}

function lines(entry: Entry, most: number): string[] {
  const { kind, id, at, seenBy, head, files } = entry;
  const mark = seenBy === undefined ? '' : ` [${seenBy}]`;
  const { inline, below } = textLines(entry, most);
  return [
    `${at} ${kind} ${id}${mark} ${head}${inline}`,
    ...below,
    ...files.flatMap((file) => lines(file, most).map((line) => `  ${line}`)),
  ];
}

const cut = (entry: Entry, most: number): Entry => ({
  ...entry,
  texts: entry.texts.map(({ label, text }) => ({ label, text: shorten(text, most) })),
});

const sizeOf = (list: readonly string[]) => list.reduce((sum, line) => sum + line.length + 1, 0);

/**
 * Entries within a number of characters: first long texts are cut, then the oldest entries left out; either is
 * said, and how to see the rest.
 */
export function renderEntries(
  list: readonly Entry[],
  wanted: number,
): { readonly lines: string[]; readonly shown: readonly Entry[]; readonly notes: string[] } {
  const mostCharacters = Math.max(wanted, leastCharacters);
  const most =
    lengths.find((length) => sizeOf(list.flatMap((entry) => lines(entry, length))) <= mostCharacters) ?? 120;
  const notes: string[] = [];
  if (list.some(({ texts }) => texts.some(({ text }) => text.length > most))) {
    notes.push(
      `texts are cut at ${most} characters; get-entity with the id and includeFields naming the field shows one whole`,
    );
  }
  const blocks = list.map((entry) => lines(entry, most));
  let from = 0;
  let size = blocks.reduce((sum, block) => sum + sizeOf(block), 0);
  while (size > mostCharacters && from < blocks.length) size -= sizeOf(blocks[from++] ?? []);
  if (from > 0) {
    notes.push(
      `the ${from} oldest of ${list.length} entries, until ${list[from - 1]?.at}, are left out for length: ask for fewer parts, or query-entity the lists by ticketID`,
    );
  }
  return {
    lines: blocks.slice(from).flat(),
    shown: list.slice(from).map((entry) => cut(entry, most)),
    notes,
  };
}
