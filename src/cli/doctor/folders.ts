import { access, constants, stat } from 'node:fs/promises';
import { chainOf, verify } from '../../audit/index.js';
import type { Config } from '../../config/index.js';
import { systemCode } from '../../errors.js';
import { auditPathProblem, folderProblem, writeProblemOf } from '../folder-problem.js';
import { replicaOf } from '../serve/tenant-access.js';
import type { Finding } from './finding.js';

async function cacheFolder({ cacheDir, mode }: Config): Promise<Finding> {
  const check = 'Cache';
  if (mode === 'demo' || cacheDir === null) return { check, status: 'ok', detail: 'in memory only' };
  const reason = await folderProblem(cacheDir, true);
  if (reason === null) return { check, status: 'ok', detail: cacheDir };
  return {
    check,
    status: 'warning',
    detail: `${cacheDir}: ${reason}. Metadata is read anew at every start.`,
    next: 'Set AUTOTASK_CACHE_DIR to a folder that can be written, or to none.',
  };
}

async function auditLog(config: Config): Promise<Finding> {
  const { writes, readOnly } = config;
  const check = 'Audit log';
  if (writes.audit === null) {
    return {
      check,
      status: 'ok',
      detail: readOnly ? 'none; nothing is written' : 'none; writes are not recorded',
    };
  }
  const path = chainOf(writes.audit.path, replicaOf(config));
  const blocksWrites = (detail: string, next: string): Finding => ({
    check,
    status: 'problem',
    detail: `${path}: ${detail}. Writes are refused as long as they cannot be recorded.`,
    next,
  });
  const reason = await auditPathProblem(config);
  if (reason !== null)
    return blocksWrites(reason, 'Let AUTOTASK_AUDIT_LOG name a file in a folder that can be written.');
  try {
    await access(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      return blocksWrites(writeProblemOf(error), 'Give this user the right to read and write the file.');
    }
  }
  const verification = await verify([path], writes.auditKey).catch((error: unknown) => {
    // Neither the file nor any set aside before it.
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (verification === null) return { check, status: 'ok', detail: `${path}, not begun yet` };
  const { lines, problem } = verification;
  if (problem === null) return { check, status: 'ok', detail: `${path}, ${lines} lines, intact` };
  return blocksWrites(
    problem,
    `See autotask-mcp audit verify ${path}; set the file aside once it is understood.`,
  );
}

/** Nothing to say where no files are offered, or the folder is there. */
async function filesFolder({ filesDir }: Config): Promise<readonly Finding[]> {
  if (filesDir === null) return [];
  const isFolder = await stat(filesDir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return [{ check: 'Files', status: 'ok', detail: filesDir }];
  return [
    {
      check: 'Files',
      status: 'problem',
      detail: `${filesDir}: there is no such folder. The server does not start.`,
      next: 'Let AUTOTASK_FILES_DIR name the folder whose files may be attached.',
    },
  ];
}

/** Whether the folders and files that the configuration names can be used. */
export async function examineFolders(config: Config): Promise<readonly Finding[]> {
  const found = await Promise.all([cacheFolder(config), auditLog(config), filesFolder(config)]);
  return found.flat();
}
