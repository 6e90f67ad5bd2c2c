import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createSyslogCopy } from '../../src/audit/index.js';
import { until } from '../http/support.js';

/** More than the bound of what waits, and what the sockets between take. */
const lines = 96;
const line = 'x'.repeat(1_048_576);

it('a collector that stopped reading makes no more wait than the bound, and then gets the last lines', async () => {
  const taken: Socket[] = [];
  let got = 0;
  let tail = '';
  const server = createServer({ pauseOnConnect: true }, (socket) => taken.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const copy = createSyslogCopy({ host: '127.0.0.1', port: address.port, log: () => undefined });
  try {
    copy.send('first');
    await until(() => taken.length === 1);
    for (let sent = 0; sent < lines; sent++) copy.send(line);
    copy.send('the last one');
    for (const socket of taken) {
      socket.on('data', (chunk) => {
        got += chunk.length;
        tail = (tail + chunk.toString('latin1')).slice(-40);
      });
      socket.resume();
    }
    await until(() => tail.endsWith('the last one'));
    expect(got).toBeLessThan(32 * 1_048_576);
  } finally {
    await copy.close();
    server.close();
  }
});
