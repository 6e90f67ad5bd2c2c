import { describe, expect, it } from 'vitest';
import { loadConfig, variableTable } from '../../src/config/index.js';
import { visibleTools } from '../../src/server/index.js';

const secret = 'Kq7-misplaced-secret';

/** What a start with these settings says. */
async function told(env: Record<string, string>, file = ''): Promise<string> {
  try {
    await loadConfig({
      env: { AUTOTASK_SECRET: secret, ...env },
      flags: {},
      readFile: () => file,
      platform: 'linux',
      home: '/',
    });
  } catch (error) {
    return String(error);
  }
  throw new Error('it started');
}

describe('a secret in the wrong place', () => {
  it.each([
    ['AUTOTASK_MARK_FIELDS', secret],
    ['AUTOTASK_MARK_FIELDS', `Tickets.${secret}`],
    ['AUTOTASK_READ_ENTITIES', secret],
    ['AUTOTASK_DISABLED_TOOLS', `!${secret}`],
    ['AUTOTASK_MASK_FIELDS', `Tickets.${secret}`],
    ['AUTOTASK_TIMEZONE', secret],
    ['AUTOTASK_API_URL', secret],
    ['LOG_LEVEL', secret],
    ['AUTOTASK_TRANSPORT', secret],
  ])('%s: is not in the message that names the setting', async (name, value) => {
    const text = await told({ [name]: value });
    expect(text).toContain(name);
    expect(text).not.toContain(secret);
  });

  it.each([
    ['begins with it', `${secret}\n{}`],
    ['holds it', `{"readEntities": ["Tickets"],\n "x": ${secret}}`],
    ['has it as a key', `{"${secret}": 1}`],
  ])('a policy file that %s is not shown', async (_, file) => {
    const text = await told({ AUTOTASK_POLICY_FILE: '/run/policy.json' }, file);
    expect(text).toContain('AUTOTASK_POLICY_FILE');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(secret.slice(0, 6));
  });

  it('and nothing of a file that is no policy at all, whatever it holds', async () => {
    const text = await told({ AUTOTASK_POLICY_FILE: '/etc/shadow' }, 'root:$6$saltsalt$hash:19000');
    expect(text).toMatch(/AUTOTASK_POLICY_FILE: is not valid JSON/);
    expect(text).not.toMatch(/root|salt/);
  });
});

/** What a start says, or nothing where it takes the value, e.g. as the path of a file. */
async function said(env: Record<string, string>): Promise<string> {
  try {
    const readFile = () => {
      throw new Error('no such file');
    };
    const config = await loadConfig({ env, flags: {}, readFile, platform: 'linux', home: '/' });
    visibleTools(config.policy, false);
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('a secret that nobody knows is one', () => {
  const unknown = 'Zx9Qk7-never-told-3f';
  const forms = [
    unknown,
    `Tickets.${unknown}`,
    `Tickets.udf:${unknown}`,
    `Companies.udf:${unknown}, ${unknown}.title`,
    `!${unknown}`,
    `!Tickets,${unknown}*`,
    `Tickets, ${unknown}`,
    `https://user:${unknown}@example.com:x/`,
    `${unknown} ${unknown}`,
    `name ${unknown} nothing`,
  ];
  const names = variableTable.flatMap((variable) =>
    'file' in variable ? [variable.name, `${variable.name}_FILE`] : [variable.name],
  );

  it.each(names)('in %s is not repeated by the error', async (name) => {
    for (const http of [
      {},
      { AUTOTASK_TRANSPORT: 'http' },
      { AUTOTASK_TRANSPORT: 'http', AUTOTASK_HTTP_AUTH: 'oauth' },
    ]) {
      for (const form of forms) {
        const text = await said({ ...http, [name]: form });
        expect(text, form).not.toContain(unknown);
        expect(text.toLowerCase(), form).not.toContain(unknown.slice(0, 12).toLowerCase());
      }
    }
  });

  it.each([
    [
      { AUTOTASK_MASK_FIELDS: `Tickets.title,${unknown}` },
      'entry 2 (20 characters) fits no field of any entity',
    ],
    [{ AUTOTASK_READ_ENTITIES: `Tickets,!${unknown}` }, 'entry 2 (20 characters) fits no entity'],
    [{ AUTOTASK_DISABLED_TOOLS: unknown }, 'entry 1 (20 characters) fits no tool'],
    [{ AUTOTASK_MARK_FIELDS: unknown }, 'entry 1 (20 characters) must read Entity.field'],
    [{ AUTOTASK_MASK_FIELDS: `Tickets,Qqzxv.title` }, 'the entity of entry 2 (5 characters) fits no entity'],
  ])('%j: the error says which entry it is and how long: %s', async (env, expected) => {
    expect(await said(env)).toContain(expected);
  });

  it.each([
    ['readEntities', { readEntities: [unknown] }],
    ['a key', { [unknown]: true }],
    ['maskFields', { maskFields: [`Tickets.${unknown}`] }],
    ['disabledTools', { disabledTools: [`!${unknown}`] }],
  ])('in a policy file, %s, is not repeated', async (_, file) => {
    const text = await told({ AUTOTASK_POLICY_FILE: '/run/policy.json' }, JSON.stringify(file));
    expect(text).toContain('AUTOTASK_POLICY_FILE');
    expect(text).not.toContain(unknown);
  });

  it.each([
    ['a key', { [unknown]: 1 }],
    ['a key of a rule', { rules: [{ name: 'a', when: {}, [unknown]: 1 }] }],
    ['a claim', { rules: [{ name: 'a', when: { [unknown]: 7 } }] }],
    [
      'a name',
      {
        rules: [
          { name: unknown, when: { a: 'b' } },
          { name: unknown, when: { a: 'b' } },
        ],
      },
    ],
    ['a policy', { rules: [{ name: unknown, when: { a: 'b' }, policy: { readEntities: [unknown] } }] }],
  ])('in the rules for people, %s, is not repeated', async (_, file) => {
    const env = {
      AUTOTASK_TRANSPORT: 'http',
      AUTOTASK_HTTP_AUTH: 'oauth',
      AUTOTASK_HTTP_PUBLIC_URL: 'https://mcp.example.com/mcp',
      AUTOTASK_OAUTH_ISSUERS: 'https://login.example.com',
      AUTOTASK_OAUTH_POLICY_FILE: '/run/rules.json',
    };
    const text = await told(env, JSON.stringify(file));
    expect(text).toContain('AUTOTASK_OAUTH_POLICY_FILE');
    expect(text).not.toContain(unknown);
  });

  it('is repeated where it is a name that was mistyped', async () => {
    expect(await said({ AUTOTASK_READ_ENTITIES: 'Tikets' })).toContain(
      '"Tikets" fits no entity. Did you mean Tickets?',
    );
    expect(await said({ AUTOTASK_MASK_FIELDS: 'Tickets.titel' })).toContain(
      '"titel" fits no field of Tickets',
    );
  });
});
