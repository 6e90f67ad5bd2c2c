import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { openClient } from '../support/client.js';
import { tenantEnvironment } from '../support/tenant.js';

/** The package as npm would publish it, installed in a project of its own. */
const root = join(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'tarball-'));
const installed = join(project, 'node_modules/autotask-mcp');
const program = join(installed, 'dist/cli.js');
const tarball = join(project, `autotask-mcp-${packageJson.version}.tgz`);

let sandbox: Sandbox;
beforeAll(async () => {
  // The build is there and others are using it, so the scripts that would build again stay out.
  execFileSync('npm', ['run', '--silent', 'build:types'], { cwd: root });
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], { cwd: root });
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], {
    cwd: project,
  });
  sandbox = await startSandbox();
}, 180_000);
afterAll(async () => {
  await sandbox.close();
  rmSync(project, { recursive: true });
});

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

describe('the package', () => {
  it('needs no other, is small, and holds the licences of what it contains', () => {
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'autotask-mcp',
    ]);
    expect(statSync(tarball).size).toBeLessThan(1_000_000);
    // Each file costs npx more time than what is in it.
    expect(filesIn(installed).length).toBeLessThan(100);
    expect(filesIn(installed).filter(({ name }) => name.endsWith('.map'))).toEqual([]);
    const notices = readFileSync(join(installed, 'dist/THIRD-PARTY-NOTICES'), 'utf8');
    for (const name of ['@modelcontextprotocol/server', 'got', 'zod', 'prom-client']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|Apache-2.0)\\)$`, 'm'));
    }
    const licences = [...notices.matchAll(/^\S+ \d+\.\d+\.\d+\S* \((.+)\)$/gm)].map(([, licence]) => licence);
    expect(new Set(licences)).toEqual(new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']));
  });
});

/** Runs a module of the project and answers what it prints. */
function run(code: string): string {
  writeFileSync(join(project, 'run.js'), code);
  return execFileSync(process.execPath, ['run.js'], { cwd: project, encoding: 'utf8' }).trim();
}

describe('the library in it', () => {
  const useIt = `
    import { load } from 'autotask-mcp/load';
    import { TicketCreate as fromAll } from 'autotask-mcp/schemas';
    import { TicketCreate } from 'autotask-mcp/schemas/Tickets';
    const fields = await load.Tickets.fields();
    const given = { companyID: '7', priority: 1, status: 1, title: 'Printer' };
    console.log(fields.length > 50, fromAll === TicketCreate, TicketCreate.parse(given).companyID);`;

  it('tells entities and fields without zod, and says what is missing for schemas', () => {
    const found = run(`
      import { load } from 'autotask-mcp/load';
      import { entities } from 'autotask-mcp/table';
      const fields = await load.Tickets.fields();
      const problem = await import('autotask-mcp/schemas/Tickets').catch((error) => error.message);
      console.log(entities.length > 200, fields.length > 50, /Cannot find package 'zod'/.test(problem));`);
    expect(found).toBe('true true true');
  });

  it('checks records once zod is there, and its types hold', () => {
    cpSync(join(root, 'node_modules/zod'), join(project, 'node_modules/zod'), { recursive: true });
    expect(run(useIt)).toBe('true true 7');
    writeFileSync(
      join(project, 'use.ts'),
      `import { load } from 'autotask-mcp/load';
       import { TicketCreate } from 'autotask-mcp/schemas/Tickets';
       import { entities } from 'autotask-mcp/table';
       import type { Ticket } from 'autotask-mcp/types';
       export const title: string = TicketCreate.parse({}).title;
       // @ts-expect-error: it is text
       export const wrong: number = TicketCreate.parse({}).title;
       export const one: Ticket = { id: 1 };
       export const name: string | undefined = entities[0]?.name;
       export const fields = load.Tickets?.fields();`,
    );
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--noEmit'];
    const tsc = join(root, 'node_modules/.bin/tsc');
    expect(execFileSync(tsc, [...options, 'use.ts'], { cwd: project, encoding: 'utf8' })).toBe('');
  }, 120_000);
});

/** A Node of that version; null where it cannot be had. */
function nodeOf(major: number): string | null {
  try {
    return execFileSync(join(root, '.ci/node'), [String(major)], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    return null;
  }
}

describe.each([20, 22, 24])('the program in it on Node %d', (major) => {
  let node: string | null;
  beforeAll(() => {
    node = nodeOf(major);
  }, 120_000);

  it('reads, refuses an unconfirmed write and makes a confirmed one', async ({ skip }) => {
    if (node === null) return skip(`there is no Node ${major} here`);
    expect(execFileSync(node, [program, '--version'], { encoding: 'utf8' })).toBe(`${packageJson.version}\n`);
    const client = await openClient({ command: node, args: [program], env: tenantEnvironment(sandbox) });
    const call = async (name: string, args: Record<string, unknown>) => {
      const { content } = await client.callTool({ name, arguments: args });
      return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    };
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(25);
    expect(await call('search-companies', { search: 'Contoso' })).toMatch(/Contoso Ltd/);

    const write = { entity: 'ContactGroups', data: { name: `Node ${major}`, isActive: true } };
    const posts = () =>
      sandbox.requests.filter(({ method, path }) => method === 'POST' && /ContactGroups$/.test(path)).length;
    const before = posts();
    expect(await call('create-entity', write)).toMatch(/^PREVIEW, nothing was written/);
    expect(posts()).toBe(before);
    expect(await call('create-entity', { ...write, confirm: 'CREATE_ENTITY' })).toMatch(
      /^Created ContactGroup/,
    );
    expect(posts()).toBe(before + 1);
    await client.close();
  });

  it('serves HTTP', async ({ skip }) => {
    if (node === null) return skip(`there is no Node ${major} here`);
    const token = 'test-token-0123456789abcdef';
    const env = { ...tenantEnvironment(sandbox), LOG_LEVEL: 'info', PORT: '0', AUTOTASK_HTTP_TOKEN: token };
    const child = spawn(node, [program, '--http'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let said = '';
        child.stderr.on('data', (chunk) => {
          said += String(chunk);
          const found = /serving MCP at (\S+)\/mcp/.exec(said)?.[1];
          if (found !== undefined) resolve(found);
        });
        child.once('exit', () => reject(new Error(said)));
      });
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const answer = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          Accept: 'application/json, text/event-stream',
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'count-entity', arguments: { entity: 'Tickets' } },
        }),
      });
      expect(await answer.text()).toMatch(/\d+ Tickets/);
    } finally {
      child.kill();
    }
  });
});
