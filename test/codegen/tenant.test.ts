import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../codegen/snapshot.js';
import type { Fault } from '../../src/sandbox/faults.js';
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

let tenant: Sandbox;
let clone: Workspace;
beforeEach(async () => {
  tenant = await startSandbox();
  clone = await workspace(whole);
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
const metadataRequests = () => tenant.requests.filter(({ path }) => /entityInformation/i.test(path));
const keptFiles = () =>
  readdir(join(clone.root, 'node_modules/.cache/autotask-mcp-codegen')).catch(() => [] as const);

describe('--from sandbox', () => {
  it('changes no known flag, through the same pull, and writes nothing new', async () => {
    await clone.run();
    const before = await clone.files();
    const { code, out, err } = await clone.run('--from', 'sandbox', '--write');
    expect(code).toBe(0);
    expect(out).toContain('Source: the embedded sandbox tenant\n\nNo change.');
    expect(out).not.toContain('serves no swagger');
    expect(err).toMatch(/234 of 234 entities, \d+ requests/);
    expect(await clone.files()).toEqual(before);
  });
});

describe('--from tenant', () => {
  it('reads the swagger and the metadata of every entity, and keeps the tenant’s own things out', async () => {
    await clone.run();
    const { code, out, err } = await pullTenant('--write');
    expect(code).toBe(0);
    expect(out).toMatch(/^Source: the tenant at 127\.0\.0\.1:\d+$/m);
    const paths = tenant.requests.map(({ path }) => path.toLowerCase());
    expect(paths.filter((path) => /^v1\.0\/\w+\/entityinformation$/.test(path))).toHaveLength(234);
    expect(paths.filter((path) => /entityinformation\/fields$/.test(path))).toHaveLength(234);
    expect(paths.filter((path) => /entityinformation\/userdefinedfields$/.test(path))).toHaveLength(234);
    expect(tenant.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(err).toMatch(/0 of 234 entities[\s\S]*about .* left[\s\S]*234 of 234 entities/);

    const [udf] = await fieldsOf('Tickets/entityInformation/userDefinedFields');
    const queue = (await fieldsOf('Tickets/entityInformation/fields')).find(({ name }) => name === 'queueID');
    const label = queue?.picklistValues?.[0]?.label ?? '';
    expect(udf?.name.length).toBeGreaterThan(3);
    expect(label.length).toBeGreaterThan(3);
    for (const path of [
      'schema/entities/Tickets.json',
      'generated/fields/Tickets.ts',
      'generated/schemas/Tickets.ts',
    ]) {
      const text = await clone.read(path);
      expect(text).not.toContain(`"${udf?.name}"`);
      expect(text).not.toContain(label);
    }
    expect(await keptFiles()).toEqual([]);
    expect((await clone.run('--check')).code).toBe(0);
  });

  it('never has more than one thread on an endpoint', async () => {
    const slow = await startSandbox({ latency: 5, limits: { threads: 1 } });
    await useFew(slow);
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
    ['500', { kind: 'serverError' }, /status 500/],
    ['a web page', { kind: 'html', status: 200 }, /web page|HTML|maintenance/i],
  ])(
    'stops at %s half-way, writes nothing and goes on from there',
    async (_what, fault, message) => {
      await useFew();
      const before = await clone.files();
      const remove = tenant.faults.add({ fault, path: /entityInformation/i, after: 7 });
      await expect(pullTenant('--write')).rejects.toThrow(message);
      await expect(pullTenant('--write')).rejects.toThrow(
        /Nothing was written; [1-9]\d* of 5 entities are kept, and the same command goes on from there/,
      );
      expect(await clone.files()).toEqual(before);
      remove();
      tenant.clearRequests();
      const { code, err } = await pullTenant();
      expect(code).toBe(0);
      const already = Number(/Going on with (\d+) entities/.exec(err)?.[1]);
      expect(already).toBeGreaterThan(0);
      expect(metadataRequests()).toHaveLength((5 - already) * 3);
    },
    60_000,
  );

  it('stops when asked to, and says what is kept', async () => {
    await useFew();
    const stop = new AbortController();
    const run = clone.runWith(
      {
        env: env(),
        signal: stop.signal,
        err: (text) => {
          if (/^[12] of 5/.test(text)) stop.abort();
        },
      },
      '--from',
      'tenant',
    );
    await expect(run).rejects.toThrow(/^Interrupted\. Nothing was written; \d of 5 entities are kept/);
    expect(await keptFiles()).toHaveLength(1);
  });

  it('stops near the hourly threshold before it asks for anything', async () => {
    const busy = await startSandbox({ limits: { threshold: 4 } });
    await useFew(busy);
    const run = clone
      .runWith(
        {
          env: {
            AUTOTASK_USERNAME: busy.credentials.userName,
            AUTOTASK_SECRET: busy.credentials.secret,
            AUTOTASK_INTEGRATION_CODE: busy.credentials.integrationCode,
            AUTOTASK_API_URL: busy.apiUrl,
          },
        },
        '--from',
        'tenant',
      )
      .finally(() => busy.close());
    await expect(run).rejects.toThrow(/has used \d+ of its 4 requests of this hour/);
  });

  it('asks again for an answer that an interruption cut off', async () => {
    await useFew();
    const remove = tenant.faults.add({
      fault: { kind: 'unauthorized' },
      path: /entityInformation/i,
      after: 7,
    });
    await expect(pullTenant()).rejects.toThrow(/kept/);
    remove();
    const folder = join(clone.root, 'node_modules/.cache/autotask-mcp-codegen');
    const [name = ''] = await keptFiles();
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.slice(0, -20));
    const { code, out } = await pullTenant();
    expect(code).toBe(0);
    expect(out).toContain('No change.');
    expect(out).toContain('The zone serves no swagger document');
  });

  it('takes what the user may not see for unknown', async () => {
    await useFew();
    tenant.deny('Contacts', ['query']);
    const { out } = await pullTenant();
    expect(out).toContain('No change.');
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

/** A snapshot of five entities, and a zone that serves no swagger and so knows no more: little is asked. */
async function useFew(zone: Sandbox = tenant): Promise<void> {
  await clone.remove();
  clone = await workspace(few);
  zone.faults.add({ fault: { kind: 'html', status: 404 }, path: /swagger/i });
}
