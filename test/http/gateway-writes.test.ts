import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, TenantHandle } from '../../src/sandbox/types.js';
import { startInFront } from '../support/in-front.js';
import { program as entry } from '../support/tenant.js';
import { isWrite } from '../writes/support.js';
import { bearer, callTool, message, post, startProgram, token } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'audits-'));
const key = 'k'.repeat(40);
const most = 8;

let sandbox: Sandbox;
let program: Awaited<ReturnType<typeof startProgram>>;
let url: string;
beforeAll(async () => {
  sandbox = await startSandbox({ tenants: [{ seed: 1 }, { seed: 2 }, { seed: 3 }] });
  program = await startProgram([], {
    AUTOTASK_HTTP_AUTH: 'gateway',
    AUTOTASK_HTTP_TOKEN: token,
    AUTOTASK_ZONE_URL: sandbox.url,
    AUTOTASK_AUDIT_LOG: join(folder, 'audit.jsonl'),
    AUTOTASK_AUDIT_KEY: key,
    AUTOTASK_MAX_WRITES_PER_HOUR: String(most),
    AUTOTASK_HTTP_API_ORIGINS: new URL(sandbox.url).origin,
    LOG_LEVEL: 'debug',
  });
  url = String(program.url);
});
afterAll(async () => {
  await program.stop();
  await sandbox.close();
});

const headersOf = ({ credentials }: Pick<TenantHandle, 'credentials'>) => ({
  'X-Autotask-Username': credentials.userName,
  'X-Autotask-Secret': credentials.secret,
  'X-Autotask-Integration-Code': credentials.integrationCode,
});
const tenant = (index: number): TenantHandle => {
  const found = sandbox.tenants[index];
  if (found === undefined) throw new Error('no tenant');
  return found;
};
const write = async (by: Pick<TenantHandle, 'credentials'>, name: string) =>
  (
    await post(
      url,
      callTool('create-entity', {
        entity: 'ContactGroups',
        data: { name, isActive: true },
        confirm: 'CREATE_ENTITY',
      }),
      headersOf(by),
    )
  ).text();
const tagOf = ({ credentials }: TenantHandle) =>
  createHash('sha256').update(credentials.userName.toLowerCase()).digest('hex').slice(0, 12);
const fileOf = (by: TenantHandle) => join(folder, `audit-${tagOf(by)}.jsonl`);
const verify = (path: string) =>
  spawnSync(process.execPath, [entry, 'audit', 'verify', path], {
    env: { PATH: process.env.PATH, AUTOTASK_AUDIT_KEY: key },
    encoding: 'utf8',
  });

describe('writes of the tenants of a gateway', () => {
  it('stand in a chain of their own each, in a file that tells nobody whose it is', async () => {
    const turns = Array.from({ length: 3 * (most - 1) }, (_, turn) => turn % 3);
    const answers = await Promise.all(
      turns.map((index, turn) => write(tenant(index), `Group ${turn} of tenant no. ${index}`)),
    );
    for (const answer of answers) expect(answer).toMatch(/Created ContactGroup/);
    expect(readdirSync(folder).sort()).toEqual(
      sandbox.tenants.flatMap((by) => ['', '.head'].map((end) => `audit-${tagOf(by)}.jsonl${end}`)).sort(),
    );
    for (const [index, by] of sandbox.tenants.entries()) {
      const done = verify(fileOf(by));
      expect([done.status, done.stdout]).toEqual([0, `Intact: ${2 * (most - 1)} lines (lines 1 to 14).\n`]);
      const text = readFileSync(fileOf(by), 'utf8');
      const groups = new Set([...text.matchAll(/of tenant no\. \d/g)].map(([name]) => name));
      expect([...groups]).toEqual([`of tenant no. ${index}`]);
      expect(text).toContain(`of tenant ${tagOf(by)}`);
      for (const { credentials } of sandbox.tenants)
        for (const secret of Object.values(credentials)) expect(text).not.toContain(secret);
    }
  });

  it.skipIf(process.platform !== 'linux')('keep no file open', () => {
    const descriptors = `/proc/${program.pid}/fd`;
    const open = readdirSync(descriptors).flatMap((name) => {
      try {
        return [readlinkSync(join(descriptors, name))];
      } catch {
        return [];
      }
    });
    expect(open.length).toBeGreaterThan(3);
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });

  it('are limited for each, and being forgotten neither renews the limit nor breaks the chain', async () => {
    expect(await write(tenant(0), 'the last')).toMatch(/Created ContactGroup/);
    expect(await write(tenant(0), 'one too many')).toMatch(/allows 8 writes per hour/);
    // More tenants than are kept; all others were used longer ago than these.
    for (let stranger = 0; stranger < 205; stranger += 1) {
      const credentials = {
        userName: `u${stranger}@example.com`,
        secret: 's'.repeat(8),
        integrationCode: 'c',
      };
      expect((await post(url, message('ping'), headersOf({ credentials }))).status).toBe(200);
    }
    const metrics = await (await fetch(`${url}/metrics`, { headers: bearer })).text();
    expect(metrics).toMatch(/^autotask_mcp_tenants 200$/m);
    expect(await write(tenant(0), 'one too many')).toMatch(/allows 8 writes per hour/);
    expect(await write(tenant(1), 'the last')).toMatch(/Created ContactGroup/);
    expect(verify(fileOf(tenant(1))).stdout).toBe('Intact: 16 lines (lines 1 to 16).\n');
  });

  it('are counted together, however the user name and the address are spelled', async () => {
    const { credentials, apiUrl } = tenant(0);
    const { userName } = credentials;
    const addresses = [
      undefined,
      apiUrl,
      `${apiUrl}V1.0`,
      `${apiUrl}v1.0/`,
      apiUrl.replace(/\/$/, ''),
      `${apiUrl}/`,
    ];
    for (const name of [userName.toUpperCase(), ` ${userName} `, userName]) {
      for (const address of addresses) {
        const body = callTool('create-entity', {
          entity: 'ContactGroups',
          data: { name: 'one too many', isActive: true },
          confirm: 'CREATE_ENTITY',
        });
        const headers = {
          ...headersOf({ credentials: { ...credentials, userName: name } }),
          ...(address === undefined ? {} : { 'X-Autotask-Api-Url': address }),
        };
        const sent = sandbox.requests.length;
        expect(await (await post(url, body, headers)).text(), `${name} ${address}`).toMatch(
          /allows 8 writes per hour/,
        );
        expect(sandbox.requests.slice(sent).filter(({ path }) => /ContactGroups$/.test(path))).toEqual([]);
      }
    }
  });

  it('are counted together under every integration code of a user', async () => {
    const front = await startInFront();
    const { credentials } = front.sandbox;
    // Autotask knows both codes.
    front.rewrite = (headers) => ({ ...headers, apiintegrationcode: credentials.integrationCode });
    const gateway = await startProgram([], {
      AUTOTASK_HTTP_AUTH: 'gateway',
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_ZONE_URL: front.url,
      AUTOTASK_MAX_WRITES_PER_HOUR: '2',
    });
    const answers: string[] = [];
    for (const integrationCode of ['FIRST', 'SECOND', 'FIRST', 'SECOND', 'THIRD']) {
      const data = { name: `Under ${integrationCode}`, isActive: true };
      const args = { entity: 'ContactGroups', data, confirm: 'CREATE_ENTITY', again: true };
      const body = callTool('create-entity', args);
      const headers = headersOf({ credentials: { ...credentials, integrationCode } });
      answers.push(await (await post(String(gateway.url), body, headers)).text());
    }
    const sent = front.sandbox.requests.filter(isWrite);
    await gateway.stop();
    await front.close();
    const limit = expect.stringMatching(/allows 2 writes per hour/);
    const done = expect.stringMatching(/Created ContactGroup/);
    expect(answers).toEqual([done, done, limit, limit, limit]);
    expect(sent).toHaveLength(2);
  });

  it('are told apart in the log by the same name, which is no secret', async () => {
    const { stderr } = program.output();
    for (const by of sandbox.tenants) {
      expect(stderr).toContain(`tenant ${tagOf(by)}: `);
      for (const secret of Object.values(by.credentials)) expect(stderr).not.toContain(secret);
    }
  });
});
