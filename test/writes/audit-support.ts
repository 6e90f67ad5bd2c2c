import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { createAuditFile, createAuditLog } from '../../src/audit/index.js';
import { program } from '../support/tenant.js';

/** A path for a log in a folder of its own. */
export const freshLog = () => join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.jsonl');

const lineShape = z.looseObject({
  event: z.string(),
  attempt: z.string().default(''),
  outcome: z.string().optional(),
});
export const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => lineShape.parse(JSON.parse(line)));

/** Logs pairs of lines, as a server would. */
export async function write(path: string, count: number, key: string | null = null, maxBytes = 1_000_000) {
  const log = createAuditLog(createAuditFile({ path, key, maxBytes }));
  for (let number = 0; number < count; number += 1) {
    const end = await log.attempt({
      tool: 'update-ticket',
      entity: 'Tickets',
      action: 'update',
      route: 'Tickets',
      id: number,
      caller: 'me',
      gate: 'token',
      body: { status: number },
      changes: [],
      receipt: 'w-0123456789ab',
      step: 0,
      called: 'Ticket',
      former: null,
      cut: [],
      sentAt: '2026-03-01T10:00:00Z',
    });
    await end({ outcome: 'done', id: number });
  }
}

/** `autotask-mcp audit verify FILES`, in a process of its own. */
export async function verifyCommand(files: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, 'audit', 'verify', ...files], {
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
