import { createReader } from '../client/index.js';
import type { ClientSettings } from '../client/types.js';
import type { Config } from '../config/index.js';
import type { HttpConfig } from '../config/http.js';
import type { Credentials } from '../credentials.js';
import { createLog, type Log } from '../log.js';
import { prepareServer } from '../server/index.js';
import { type Metrics, meterReader, meterWriter, startHttp, type Tenant } from '../transports/http/index.js';
import { type Clients, clientsOf, type ProgramName, serverSettings, upstreamOf } from './serve.js';

const stopped = () =>
  new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

/** Everything that belongs to one tenant and to nobody else hangs on what this makes. */
function openTenant(
  config: Config,
  name: ProgramName,
  settings: ClientSettings | null,
  metrics: Metrics,
  log: Log,
): Tenant {
  const { reader, writer } = clientsOf(config, settings);
  const metered: Clients =
    writer === null
      ? { reader: reader === null ? null : meterReader(reader, metrics), writer: null }
      : meterWriter(writer, metrics)
}
