import { describe, expect, it } from 'vitest';
import { cleanValue } from '../src/audit/index.js';
import { redactError } from '../src/client/http/redact-error.js';
import { classifyResponse } from '../src/client/http/response.js';
import { AutotaskError, InvalidInput } from '../src/errors.js';
import { createLog } from '../src/log.js';
import { named } from '../src/names/match.js';
import { createRedactor } from '../src/redact.js';
import { decimal, integer } from '../src/scalars.js';
import { errorText } from '../src/server/output/render.js';
import { markedJson, neutralize, neutralizeJson, tenantData } from '../src/server/output/untrusted-text.js';
import { canonical, clean, nameText, oneLine, quoted, shorten } from '../src/text.js';
import { textBoundary } from '../src/text-boundary.js';
import { contentOf, plainName } from '../src/tools/files/file-content.js';

const secret = 'hunter/2-Sécret+word';
const redact = createRedactor([secret, 'a\\b%c"d\\\\e', 'api-user@example.com']);
const boundary = textBoundary(redact);
const log = createLog({ level: 'info', secrets: [secret, 'a\\b%c"d\\\\e'], write: () => {} });
const call = { method: 'POST', path: 'Tickets', write: true } as const;
const upstream = (text: string, headers = {}) => classifyResponse(call, { status: 500, headers, text });

/** Every function that takes text of any length, whoever wrote it. */
const functions: Readonly<Record<string, (text: string) => unknown>> = {
  clean,
  oneLine,
  quoted,
  nameText,
  shorten: (text) => shorten(text, 2_000),
  canonical: (text) => canonical({ [text]: text }),
  redact,
  'the text boundary': (text) => boundary.text(text),
  'a fenced text at the boundary': (text) => boundary.text(tenantData([text]).join('\n')),
  log: (text) => log('error', text),
  neutralize,
  neutralized: (text) => neutralizeJson({ [text]: [text] }),
  markedJson,
  tenantData: (text) => tenantData([text]),
  'arguments in the audit log': (text) =>
    cleanValue('note', text, { hides: () => false, redact, isFile: false }),
  'an error of the tenant': (text) => upstream(JSON.stringify({ errors: [text] })),
  'a web page of the tenant': (text) => upstream(`<html>${text}`, { 'content-type': 'text/html' }),
  'the title of a page': (text) => upstream(`<title>${text}`, { 'content-type': 'text/html' }),
  'an answer that is nothing': (text) => classifyResponse(call, { status: 200, headers: {}, text }),
  sealError: (text) => redactError(new AutotaskError('invalid', text, { upstream: [text] }), boundary.text),
  errorText: (text) =>
    errorText(new InvalidInput(text, [{ field: text, problem: text, allowed: [text] }], text)),
  'a number': (text) => [decimal.safeParse(text), integer.safeParse(text)],
  'many digits': (text) => decimal.safeParse(`${'1'.repeat(text.length)}x`),
  'a file': (text) => contentOf(Buffer.from(text), 'text/plain', 'a.txt'),
  'the name of a file': plainName,
};

const awkward = [
  ' ',
  '\t',
  '\n',
  '\\',
  '<',
  '"',
  '%25',
  '%',
  '%C3',
  '&amp;',
  '&#0',
  '<title',
  '< ',
  '</',
  '\\u0041',
  'e\u0301\u0302\u0303',
  '\u200b',
  '… [1',
  'hunter',
  'threshold ',
  'CREATE_',
  '- ',
] as const;

/** What a long run of one of them follows, for expressions that begin somewhere and then look far ahead. */
const after: Readonly<Record<string, string>> = { ' ': '<', '\t': '</', '%25': '%', '\\': 'u', '- ': '> ' };

const mega = 1_000_000;

/** Milliseconds that the processor worked, the least of several runs: what else the machine does is not counted. */
function least(work: () => unknown, runs: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const started = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(started);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

describe('text of any length', () => {
  it.each(Object.entries(functions))(
    '%s: twice the text takes at most 2.5 times the time',
    (_, work) => {
      for (const piece of awkward) {
        const text = (size: number) => (after[piece] ?? '') + piece.repeat(Math.ceil(size / piece.length));
        const what = JSON.stringify(piece);
        // What is quadratic shows here, before it would hold the test up for hours.
        const small = text(mega / 10);
        expect(
          least(() => work(small), 2),
          `${what}, 100 kB`,
        ).toBeLessThan(400);
        const [one, two] = [text(mega), text(2 * mega)];
        let runs = 1;
        let [single, double] = [least(() => work(one), runs), least(() => work(two), runs)];
        // Below that, what is measured is the garbage collector.
        while (double > 400 && double > 2.5 * single && runs++ < 5) {
          single = Math.min(
            single,
            least(() => work(one), 1),
          );
          double = Math.min(
            double,
            least(() => work(two), 1),
          );
        }
        expect(double, `${what}, 2 MB after ${single} ms for 1 MB`).toBeLessThan(Math.max(400, 2.5 * single));
      }
    },
    120_000,
  );
});

describe('names among very many labels', () => {
  const listOf = (length: number) => Array.from({ length }, (_, at) => `Größe Nr. ${at} (alt)`);

  it('are compared with keys that are made once for each list', () => {
    const labels = listOf(20_000);
    const find = () => named('größe nr 7777 alt', labels, (label) => label, 'label');
    expect(find()).toEqual(['Größe Nr. 7777 (alt)']);
    expect(least(find, 5)).toBeLessThan(50);
  });

  it('are found in their exact spelling alone where there are more than people choose from', () => {
    const labels = listOf(100_000);
    const find = (label: string) => named(label, labels, (text) => text, 'label');
    expect(find('Größe Nr. 77777 (alt)')).toEqual(['Größe Nr. 77777 (alt)']);
    expect(find('größe nr 77777 alt')).toEqual([]);
    expect(least(() => find('größe nr 77777 alt'), 1)).toBeLessThan(100);
  });
});
