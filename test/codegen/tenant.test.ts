import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../codegen/snapshot.js';
import type { Fault } from '../../src/sandbox/http/faults.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { type Workspace, workspace } from './mini.js';

/** The pull over HTTP, with credentials, against a tenant that has every entity. */

const whole = await readSnapshot(join(import.meta.dirname, '../../schema'));
const asked = ['Companies', 'Contacts', 'TicketAttachments', 'Tickets', 'TimeOffRequestsApprove'];
const few = {
  ...whole,
  entities: whole.entities.filter(({ name }) => asked.includes(name)),
  overrides: whole.overrides.filter(({ entity }) => asked.includes(entity)),
};

const withoutSwagger = (zone: Sandbox) =>
  zone.faults.add({ fault: { kind: 'html', status: 404 }, path: /swagger/i });

let tenant: Sandbox;
let clone: Workspace;
beforeEach(async () => {
  tenant = await startSandbox();
  clone = await workspace(few);
  // A zone that serves no swagger knows no more entities than the snapshot, so that a test asks little.
  withoutSwagger(tenant);
});
afterEach(async () => {
  await tenant.close();
  await clone.remove();
});

const env = (facts: Record<string, string> = {}) => ({
  AUTOTASK_USERNAME: tenant.credentials.userName,
  AUTOTASK_SECRET: tenant.credentials.secret,
  AUTOTASK_INTEGRATION_CODE: tenant.credentials.integrationCode,
  AUTOTASK_ZONE_URL: tenant.url,
  ...facts,
});

const pullTenant = (...argv: string[]) => clone.runWith({ env: env() }, '--from', 'tenant', ...argv);
/** A change of a flag that the snapshot knows; a tenant may well tell one that it does not know. */
const changesKnown = /(true|false|\d) → /;
const metadataRequests = () => tenant.requests.filter(({ path }) => /entityInformation/i.test(path));
const cache = () => join(clone.root, 'node_modules/.cache/autotask-mcp-codegen');
const keptFiles = () => readdir(cache()).catch(() => []);

describe('--from sandbox', () => {
  it('changes no known flag, through the same pull, and writes nothing new', async () => {
    await clone.remove();
    clone = await workspace(whole);
    // A process of its own, as users run it: the test runner takes ten times as long to load all entities.
    const program = join(import.meta.dirname, 'run-in.ts');
    const before = await clone.files();
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', program, clone.root],
      ...['--from', 'sandbox', '--write'],
    ]);
    expect(stdout).toContain('Source: the embedded sandbox tenant\n\nNo change.');
    expect(stdout).not.toContain('serves no swagger');
    // Not a terminal: no bar, one line at the end.
    const count = whole.entities.length;
    expect(stderr).toMatch(new RegExp(`^${count} of ${count} entities, 7\\d\\d requests\n`));
    expect(await clone.files()).toMatchObject(before);
    expect(await clone.read('generated/table.ts')).toBe(
      await readFile(join(import.meta.dirname, '../../generated/table.ts'), 'utf8'),
    );
    expect(await keptFiles()).toEqual([]);
  }, 120_000);
});

describe('--from tenant', () => {
  it('reads the metadata of every entity, and keeps the tenant’s own things out', async () => {
    await clone.run();
    const { code, out } = await pullTenant('--write');
    expect(code).toBe(0);
    expect(out).toMatch(/^Source: the tenant at 127\.0\.0\.1:\d+$/m);
    expect(out).not.toMatch(changesKnown);
    const paths = tenant.requests.map(({ path }) => path.replace('ATServicesRest/', '').replace(/^\//, ''));
    expect(paths.filter((path) => /swagger/.test(path))).toEqual(['swagger/docs/v1']);
    for (const name of asked) {
      const own = paths.filter((path) => path.startsWith(`V1.0/${name}/`));
      expect(own).toEqual([
        `V1.0/${name}/entityInformation`,
        `V1.0/${name}/entityInformation/fields`,
        `V1.0/${name}/entityInformation/userDefinedFields`,
      ]);
    }
    expect(tenant.requests.filter(({ method }) => method !== 'GET')).toEqual([]);

    const [udf] = await fieldsOf('Tickets/entityInformation/userDefinedFields');
    const queue = (await fieldsOf('Tickets/entityInformation/fields')).find(({ name }) => name === 'queueID');
    const label = queue?.picklistValues?.[0]?.label ?? '';
    expect(udf?.name.length).toBeGreaterThan(3);
    expect(label.length).toBeGreaterThan(3);
    for (const [path, text] of Object.entries(await clone.files())) {
      expect([path, text.includes(`"${udf?.name}"`), text.includes(label)]).toEqual([path, false, false]);
    }
    expect(await clone.read('schema/provenance.json')).toContain('"live-pull"');
    expect(await keptFiles()).toEqual([]);
    expect((await clone.run('--check')).code).toBe(0);
  });

  it('never has more than one thread on an endpoint', async () => {
    const slow = await startSandbox({ latency: 5, limits: { threads: 1 } });
    withoutSwagger(slow);
    const from = { AUTOTASK_ZONE_URL: slow.url, AUTOTASK_USERNAME: slow.credentials.userName };
    const secrets = {
      AUTOTASK_SECRET: slow.credentials.secret,
      AUTOTASK_INTEGRATION_CODE: slow.credentials.integrationCode,
    };
    const { code } = await clone
      .runWith({ env: { ...from, ...secrets } }, '--from', 'tenant')
      .finally(() => slow.close());
    expect(code).toBe(0);
  });

  it.each<[what: string, fault: Fault, message: RegExp]>([
    ['401', { kind: 'unauthorized' }, /refused the credentials/],
    ['429', { kind: 'limited', retryAfter: 0 }, /limit|too many/i],
    ['500', { kind: 'serverError' }, /Autotask (refused|answered with status 500)/],
    ['a web page', { kind: 'html', status: 200 }, /web page|HTML|maintenance/i],
  ])(
    'stops at %s half-way, writes nothing and goes on from there',
    async (_what, fault, message) => {
      const before = await clone.files();
      const remove = tenant.faults.add({ fault, path: /entityInformation/i, after: 10 });
      const run = pullTenant('--write');
      await expect(run).rejects.toThrow(message);
      await expect(run).rejects.toThrow(
        /Nothing was written; [1-4] of 5 entities are kept, and the same command goes on from there$/,
      );
      expect(await clone.files()).toEqual(before);
      const [file = ''] = await keptFiles();
      const text = await readFile(join(cache(), file), 'utf8');
      const kept = asked.filter((name) => text.includes(`{"name":"${name}"`));
      expect(kept.length).toBeGreaterThan(0);
      remove();
      tenant.clearRequests();
      const { code, err } = await pullTenant();
      expect(code).toBe(0);
      expect(err).toContain(`Going on with ${kept.length} entities of an unfinished pull`);
      const again = new Set(metadataRequests().map(({ path }) => path.split('/')[1]));
      expect([...again].sort()).toEqual(asked.filter((name) => !kept.includes(name)));
      expect(await keptFiles()).toEqual([]);
    },
    60_000,
  );

  it('stops when asked to, and says what is kept', async () => {
    tenant.faults.add({ fault: { kind: 'latency', ms: 500 }, path: /entityInformation/i, after: 8 });
    const stop = new AbortController();
    const run = clone.runWith(
      {
        env: env(),
        signal: stop.signal,
        terminal: true,
        err: (text) => {
          if (/\] [12] of 5/.test(text)) stop.abort();
        },
      },
      '--from',
      'tenant',
    );
    await expect(run).rejects.toThrow(/^Interrupted\. Nothing was written; \d of 5 entities are kept/);
    expect(await keptFiles()).toHaveLength(1);
  });

  it('stops near the hourly threshold before it asks for more', async () => {
    const busy = await startSandbox({ limits: { threshold: 40 } });
    withoutSwagger(busy);
    const { userName, secret, integrationCode } = busy.credentials;
    const headers = { UserName: userName, Secret: secret, ApiIntegrationCode: integrationCode };
    for (let sent = 0; sent < 30; sent++) await fetch(`${busy.apiUrl}V1.0/Version`, { headers });
    const variables = {
      AUTOTASK_USERNAME: userName,
      AUTOTASK_SECRET: secret,
      AUTOTASK_INTEGRATION_CODE: integrationCode,
      AUTOTASK_API_URL: busy.apiUrl,
    };
    const run = clone.runWith({ env: variables }, '--from', 'tenant').finally(() => busy.close());
    await expect(run).rejects.toThrow(
      /has used 31 of its 40 requests of this hour\. Stopped at 75 %.* Nothing was written; 0 of 5/,
    );
    expect(busy.requests.filter(({ path }) => /entityInformation/i.test(path))).toEqual([]);
  });

  it('asks again for an answer that an interruption cut off', async () => {
    const remove = tenant.faults.add({
      fault: { kind: 'unauthorized' },
      path: /entityInformation/i,
      after: 7,
    });
    await expect(pullTenant()).rejects.toThrow(/kept/);
    remove();
    const [name = ''] = await keptFiles();
    const text = await readFile(join(cache(), name), 'utf8');
    await writeFile(join(cache(), name), text.slice(0, -20));
    const { code, out } = await pullTenant();
    expect(code).toBe(0);
    expect(out).not.toMatch(changesKnown);
    expect(out).toContain('The zone serves no swagger document');
  });

  it('takes what the user may not see for unknown', async () => {
    tenant.deny('Contacts', ['query']);
    const { out } = await pullTenant();
    expect(out).not.toMatch(changesKnown);
    expect(out).toContain('Contacts: the tenant says it cannot be queried');
  });
});

/** The metadata as the tenant tells it, asked for apart from the code under test. */
async function fieldsOf(
  path: string,
): Promise<{ name: string; picklistValues: { label: string }[] | null }[]> {
  const response = await fetch(`${tenant.apiUrl}V1.0/${path}`, {
    headers: {
      UserName: tenant.credentials.userName,
      Secret: tenant.credentials.secret,
      ApiIntegrationCode: tenant.credentials.integrationCode,
    },
  });
  return JSON.parse(await response.text()).fields;
}
