import { expect, test } from 'vitest';
import { InvalidInput } from '../../src/errors.js';
import { parseSandboxArguments, runSandbox } from '../../src/sandbox/command.js';
import { callerOf, everything } from './caller.js';

test('reads its options', () => {
  expect(parseSandboxArguments(['--port', '0', '--scale=2.5', '--seed', '7', '--latency', '10'])).toEqual({
    port: 0,
    scale: 2.5,
    seed: 7,
    latency: 10,
  });
  expect(parseSandboxArguments([])).toEqual({});
});

test('names every argument that does not fit and what would', () => {
  const read = () => parseSandboxArguments(['--port', 'http', '--speed', '3', '--scale', '0', 'now']);
  expect(read).toThrow(InvalidInput);
  expect(read).toThrow(/--port: needs a whole number from 0 to 65535/);
  expect(read).toThrow(/--speed: is not an option of sandbox. Valid: --port, --scale, --seed, --latency/);
  expect(read).toThrow(/--scale: needs a number from 0.01 to 200/);
  expect(read).toThrow(/now: is not expected here/);
});

test('starts, prints base URL and credentials, and they work', async () => {
  const lines: string[] = [];
  const sandbox = await runSandbox(['--scale', '0.1'], (line) => lines.push(line));
  const text = lines.join('\n');
  for (const word of [sandbox.apiUrl, ...Object.values(sandbox.credentials)]) expect(text).toContain(word);
  const { body } = await callerOf(sandbox)('POST', 'Tickets/query/count', { filter: everything });
  expect(body.queryCount).toBe(200);
  await expect(runSandbox(['--port', new URL(sandbox.url).port], () => undefined)).rejects.toThrow(
    /EADDRINUSE/,
  );
  await sandbox.close();
});
