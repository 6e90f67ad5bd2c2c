import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { program as entry } from '../support/tenant.js';
import { callTool, initialize, message, startProgram, token } from './support.js';

const coverage = z.object({ result: z.array(z.object({ url: z.string() })) });

/** Whether a process that wrote its coverage there has loaded code that only HTTP needs. */
function loadedHttp(folder: string): boolean {
  const files = readdirSync(folder).flatMap((name) => {
    const { result } = coverage.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [new URL(url)] : []));
  });
  expect(files.length).toBeGreaterThan(3);
  const marks = ['StreamableHTTPServerTransport', 'collectDefaultMetrics', 'autotask_mcp_requests_total'];
  const found = marks.filter((mark) => files.some((file) => readFileSync(file, 'utf8').includes(mark)));
  expect([0, marks.length]).toContain(found.length);
  return found.length > 0;
}

it('the code of the HTTP transport is loaded when it is asked for, and not over stdio', async () => {
  const [overStdio, overHttp] = [mkdtempSync(join(tmpdir(), 'stdio-')), mkdtempSync(join(tmpdir(), 'http-'))];
  const done = spawnSync(process.execPath, [entry], {
    env: { PATH: process.env.PATH, NODE_V8_COVERAGE: overStdio, LOG_LEVEL: 'error' },
    input: `${[initialize, message('tools/list', {}, 2), callTool('get-version')].join('\n')}\n`,
    encoding: 'utf8',
  });
  expect(done.stdout).toMatch(/query-entity/);
  expect(loadedHttp(overStdio)).toBe(false);
  const program = await startProgram([], { NODE_V8_COVERAGE: overHttp, AUTOTASK_HTTP_TOKEN: token });
  await program.stop();
  expect(await program.exited).toBe(0);
  expect(loadedHttp(overHttp)).toBe(true);
});
