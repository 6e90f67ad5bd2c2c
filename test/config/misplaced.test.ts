import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';

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
