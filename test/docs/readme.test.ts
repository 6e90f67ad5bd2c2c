import { expect, it } from 'vitest';
import { type Variable, variableTable } from '../../src/config/index.js';
import { documented, markdownTable } from '../support/docs.js';

/** What a newcomer may want to set on the first day; the whole table is docs/configuration.md. */
const first: readonly string[] = [
  'AUTOTASK_USERNAME',
  'AUTOTASK_SECRET',
  'AUTOTASK_INTEGRATION_CODE',
  'AUTOTASK_API_URL',
  'AUTOTASK_READ_ONLY',
  'AUTOTASK_CONFIRM_MODE',
  'AUTOTASK_CUSTOMER_VISIBLE_NOTES',
  'AUTOTASK_CLOSED_STATUS_IDS',
  'AUTOTASK_TIMEZONE',
  'AUTOTASK_TRANSPORT',
  'AUTOTASK_HTTP_TOKEN',
  'AUTOTASK_HTTP_HOST',
  'PORT',
  'LOG_LEVEL',
];

it('the README shows the variables that come first', () => {
  const table: readonly Variable[] = variableTable;
  const rows = first.map((name) => {
    const found = table.find((variable) => variable.name === name);
    if (found === undefined) throw new Error(`there is no variable ${name}`);
    const unset = found.default === undefined ? (found.unset ?? '') : `\`${found.default}\``;
    return [`\`${name}\``, found.meaning, unset];
  });
  const text = markdownTable(['variable', 'meaning', 'when not set'], rows);
  expect(documented('README.md', 'variables', text), 'npm run docs').toBe(text);
});
