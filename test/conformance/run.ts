import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { prepareServer } from '../../src/server/index.js';
import { startHttp, type Tenant } from '../../src/transports/http/index.js';
import { createFixtureServer } from './fixture-server.js';

/**
 * Runs the public conformance suite against the HTTP transport: everything a revision of the protocol
 * requires with fixtures mounted, then what holds for any server with the product's own. The suite cannot
 * send a token, so none is set; that is refused by the program's configuration, not by the transport.
 */
const suite = '@modelcontextprotocol/conformance@0.2.0-alpha.12';

/** Scenarios that need nothing of a server but that it is one. */
const generic = [
  'server-initialize',
  'server-session-lifecycle',
  'logging-set-level',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
];

/** Node that can run the suite: it needs 22 or later. */
const node = Number(process.versions.node.split('.')[0]) >= 22 ? [] : ['-p', 'node@22'];

async function conformance(args: readonly string[]): Promise<boolean> {
  const child = spawn('npx', ['-y', ...node, '-p', suite, 'conformance', 'server', ...args], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

async function against(tenant: Tenant, sessions: boolean, run: (url: string) => Promise<boolean>) {
  const server = await startHttp({
    host: '127.0.0.1',
    port: 0,
    auth: 'token',
    tokens: [],
    allowedHosts: [],
    allowedOrigins: [],
    apiOrigins: [],
    sessions,
    readOnly: false,
    openTenant: () => tenant,
    log: () => {},
  });
  try {
    return await run(`${server.url}/mcp`);
  } finally {
    await server.close();
  }
}

const rest = { check: async () => {}, thresholdUse: () => undefined };
const product = prepareServer({
  facts: { name: 'autotask-mcp', version: '0', mode: 'live', readOnly: false },
  timeZone: 'UTC',
  closedStatusIds: [5],
  reader: null,
  writer: null,
  log: () => {},
});

let passed = await against({ server: createFixtureServer, ...rest }, true, (url) =>
  conformance([
    '--url',
    url,
    '--requirements',
    '2025-11-25',
    '--expected-failures',
    join(import.meta.dirname, 'expected-failures.yml'),
  ]),
);
for (const sessions of [true, false]) {
  for (const scenario of generic) {
    const ok = await against({ server: product, ...rest }, sessions, (url) =>
      conformance(['--url', url, '--scenario', scenario]),
    );
    if (!ok) process.stdout.write(`FAILED: ${scenario}, product server, sessions ${sessions}\n`);
    passed &&= ok;
  }
}
process.exitCode = passed ? 0 : 1;
