import type { Config } from '../../config/index.js';
import { createLog } from '../../log.js';
import { prepareServer } from '../../server/index.js';
import type { TraceExport } from '../../trace-export/index.js';
import { serveStdio } from '../../transports/stdio.js';
import {
  accessOf,
  auditOf,
  clientsOf,
  type ProgramName,
  serverSettings,
  upstreamOf,
} from './tenant-access.js';

/** Serves one client over stdio until it is done. Nothing is opened, loaded or sent before its first call. */
export async function serve(config: Config, name: ProgramName): Promise<void> {
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    secrets: [
      ...Object.values(config.credentials ?? {}),
      config.state?.address.password ?? '',
      ...Object.values(config.traces?.headers ?? {}),
    ].filter(Boolean),
  });
  const sharing = config.state === null ? null : (await import('./sharing.js')).sharingOf(config, log);
  for (const warning of config.warnings) log('warning', warning);
  if (process.stdin.isTTY)
    log(
      'info',
      'waiting for an MCP client on stdin and stdout; a person may want autotask-mcp tour, config CLIENT or --help',
    );
  const files =
    config.filesDir === null ? null : await (await import('./files.js')).openFiles(config.filesDir);
  const { me } = config.writes;
  let close = async () => {};
  let closeCopy = async () => {};
  let traces: TraceExport | undefined;
  const make = prepareServer({
    ...serverSettings(config, name, log),
    ...(sharing === null ? {} : { confirm: sharing.confirm, policy: sharing.policy() }),
    singleClient: true,
    open: async () => {
      if (config.traces !== null) {
        const { startTraceExport } = await import('../../trace-export/index.js');
        traces ??= startTraceExport({ ...name, ...config.traces, log });
      }
      const upstream = await upstreamOf(config);
      close = upstream.close;
      const { settings, credentials } = upstream;
      const shared = await sharing?.open();
      const share = shared == null ? {} : { share: shared.share };
      const clients = await clientsOf(
        config,
        credentials === null ? null : { ...settings, ...share, credentials, log },
      );
      const secrets = Object.values(credentials ?? {});
      const { auditCopyOf, warnOfAuditPath } = await import('./audit-copy.js');
      await warnOfAuditPath(config, log);
      const copy = await auditCopyOf(config, log);
      closeCopy = copy.close;
      const audit = await auditOf(config, undefined, copy.send);
      const access = accessOf(config, clients, audit, secrets, undefined, files);
      const { tagOf } = await import('../../identity/tenant-identity.js');
      const owner = credentials === null ? undefined : tagOf(credentials);
      return owner === undefined ? access : { ...access, owner };
    },
  });
  try {
    await serveStdio(() => make(config.readOnly, me === null ? null : { knownAs: me }));
  } finally {
    await close();
    await closeCopy();
    await sharing?.close();
    await traces?.close();
  }
}
