import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';

/** What a start with this file of rules says is wrong with it. */
async function problemsOf(file: string): Promise<string> {
  const started = loadConfig({
    env: {
      AUTOTASK_TRANSPORT: 'http',
      AUTOTASK_HTTP_AUTH: 'oauth',
      AUTOTASK_HTTP_PUBLIC_URL: 'https://mcp.example.com/mcp',
      AUTOTASK_OAUTH_ISSUERS: 'https://login.example.com',
      AUTOTASK_OAUTH_POLICY_FILE: '/run/rules.json',
    },
    flags: {},
    readFile: () => file,
    platform: 'linux',
    home: '/',
  });
  return started.then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

const rule = (more: object) => JSON.stringify({ rules: [{ name: 'x', when: { groups: ['a'] }, ...more }] });

describe('rules for people that are not right', () => {
  it.each([
    ['{"rules": [}', /FILE: is not valid JSON/],
    ['[]', /FILE: must be a JSON object: \{"rules": \[…\]\}/],
    ['{}', /rules: is required: a list of at least one rule/],
    ['{"rules": []}', /rules: is required: a list of at least one rule/],
    ['{"rule": []}', /"rule" is no key here\. Did you mean rules\?/],
    ['{"rules": [7]}', /rule 1: must be an object with name, when, and readOnly or policy/],
    ['{"rules": [{"name": "x"}]}', /rule 1, when: is required: patterns by claim, e\.g\. \{"groups"/],
    ['{"rules": [{"when": {}}]}', /rule 1, name: is required: a text/],
    [rule({ when: { groups: [] } }), /rule 1, when, a claim of 6 characters: must be a pattern or a list/],
    [rule({ when: { groups: [7] } }), /rule 1, when, a claim of 6 characters: must be a pattern or a list/],
    [
      rule({ readonly: true }),
      /rule 1: "readonly" is no key here\. Did you mean readOnly\? Keys: name, when, /,
    ],
    [rule({ readOnly: 'yes' }), /rule 1, readOnly: must be true or false/],
    [rule({ policy: 'x' }), /rule 1, policy: must be an object with keys of AUTOTASK_POLICY_FILE/],
    [rule({ policy: { writeEntities: ['Ticket'] } }), /writeEntities in rule 1 of .* Did you mean Tickets\?/],
  ])('%s: the error names the place, the problem and the choices', async (file, text) => {
    const said = await problemsOf(file);
    expect(said).toMatch(text);
    expect(said).toContain('AUTOTASK_OAUTH_POLICY_FILE');
    expect(said).not.toMatch(/Invalid input|Too small|received|rules\.0/);
  });
});
