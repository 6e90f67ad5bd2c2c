import { execFile, execFileSync } from 'node:child_process';
import { createServer, request as forward } from 'node:http';
import { join } from 'node:path';
import { redactNothing } from '../../src/redact.js';
import { prepareServer } from '../../src/server/index.js';
import { startHttp, type Tenant } from '../../src/transports/http/index.js';
import { createFixtureServer } from './fixture-server.js';

/**
 * Runs the public conformance suite against the HTTP transport: everything a revision of the protocol
 * requires with fixtures mounted, then what holds for any server with the product's own. The suite cannot
 * send a token, so a proxy in front adds it.
 */
const suite = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** The newest revision of each era, and whether it knows sessions. */
const revisions = [
  ['2025-11-25', true],
  ['2026-07-28', false],
] as const;

/** Scenarios that need nothing of a server but that it is one, and whether sessions make a difference. */
const generic: Readonly<Record<string, boolean>> = {
  'server-initialize': true,
  'server-session-lifecycle': true,
  'logging-set-level': false,
  ping: false,
  'tools-list': false,
  'resources-list': false,
  'prompts-list': false,
  'server-sse-multiple-streams': true,
  'dns-rebinding-protection': true,
};

/** The same at the newest revision, which has no sessions. */
const later = [
  'tools-list',
  'resources-list',
  'prompts-list',
  'sep-2164-resource-not-found',
  'http-header-validation',
  'dns-rebinding-protection',
  'server-sse-multiple-streams',
];

/** The suite needs a newer Node than this server does. */
const node = execFileSync(join(import.meta.dirname, '../../.ci/node'), ['22'], { encoding: 'utf8' }).trim();

/** Whether it passes; what the suite says is shown only when it does not. */
function conformance(title: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(node, [suite, 'server', ...args], (error, stdout, stderr) => {
      process.stdout.write(error === null ? `passed: ${title}\n` : `${stdout}${stderr}FAILED: ${title}\n`);
      resolve(error === null);
    });
  });
}

const token = 'conformance-token-0123456789';

/** The suite cannot send a token: this adds it, and passes on everything else as it comes. */
async function withToken(target: string): Promise<{ readonly url: string; close(): void }> {
  const front = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const { method = 'GET', url = '/' } = request;
    const onward = forward(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      front.closeAllConnections();
      front.close();
    },
  };
}

async function against(tenant: Tenant, sessions: boolean, run: (url: string) => Promise<boolean>) {
  const server = await startHttp({
    host: '127.0.0.1',
    port: 0,
    auth: 'token',
    tokens: [{ name: 'suite', token, readOnly: false }],
    allowedHosts: [],
    allowedOrigins: [],
    apiOrigins: [],
    sessions,
    readOnly: false,
    openTenant: () => tenant,
    checkReachability: async () => {},
    log: () => {},
  });
  const front = await withToken(server.url);
  try {
    return await run(`${front.url}/mcp`);
  } finally {
    front.close();
    await server.close();
  }
}

const rest = { check: async () => {}, redact: redactNothing, thresholdUse: () => undefined };
const product = prepareServer({
  facts: { name: 'autotask-mcp', version: '0', mode: 'live', readOnly: false },
  timeZone: 'UTC',
  closedStatusIds: [5],
  open: async () => ({ reader: null, writer: null }),
  log: () => {},
});

const baseline = join(import.meta.dirname, 'expected-failures.yml');
const results: boolean[] = [];
for (const [revision, sessions] of revisions) {
  const passed = await against({ server: createFixtureServer, ...rest }, sessions, (url) =>
    conformance(`all of revision ${revision}, fixtures`, [
      '--url',
      url,
      '--requirements',
      revision,
      '--expected-failures',
      baseline,
    ]),
  );
  results.push(passed);
}
for (const [scenario, differ] of Object.entries(generic)) {
  const runs = (differ ? [false, true] : [false]).map((sessions) =>
    against({ server: ({ readOnly }) => product(readOnly), ...rest }, sessions, (url) =>
      conformance(`${scenario}, this server ${sessions ? 'with' : 'without'} sessions`, [
        '--url',
        url,
        '--scenario',
        scenario,
      ]),
    ),
  );
  results.push(...(await Promise.all(runs)));
}
for (const scenario of later) {
  const passed = await against({ server: ({ readOnly }) => product(readOnly), ...rest }, false, (url) =>
    conformance(`${scenario}, this server at 2026-07-28`, [
      '--url',
      url,
      '--scenario',
      scenario,
      '--spec-version',
      '2026-07-28',
    ]),
  );
  results.push(passed);
}
process.exitCode = results.every((passed) => passed) ? 0 : 1;
