import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All temporary files of a run lie in one folder, which goes with it. */
export default function temporary(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'autotask-mcp-test-'));
  // Scripts are run as users who are not the owner.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
