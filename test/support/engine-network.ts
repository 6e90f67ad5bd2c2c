import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What lies between a replica and its engine. */
export interface EngineNetwork {
  readonly port: number;
  /** Milliseconds that each answer takes besides. */
  delayMs: number;
  /** From now on nothing passes through the connections that are open, or those that subscribed; none is closed. */
  drop(which: 'all' | 'subscribed'): void;
  /** New connections are taken, and nothing passes through them. */
  swallow: boolean;
  /** Ends all connections, and new ones at once, until it is told to open again. */
  cut(): void;
  open(): void;
  close(): Promise<void>;
}

/** A network that can be slow, and lose what it carries without telling. */
export async function startEngineNetwork(enginePort: number): Promise<EngineNetwork> {
  const ways = new Set<{ readonly sockets: readonly Socket[]; silent: boolean; subscribed: boolean }>();
  let isCut = false;
  const endAll = () => {
    for (const { sockets } of ways) for (const socket of sockets) socket.destroy();
  };
  const server = createServer((from) => {
    if (isCut) {
      from.destroy();
      return;
    }
    const to = connect(enginePort, '127.0.0.1');
    const way = { sockets: [from, to], silent: network.swallow, subscribed: false };
    ways.add(way);
    from.on('data', (data) => {
      if (/subscribe/i.test(data.toString('latin1'))) way.subscribed = true;
      if (!way.silent) to.write(data);
    });
    to.on('data', (data) => {
      const pass = () => {
        if (!way.silent) from.write(data);
      };
      if (network.delayMs === 0) pass();
      else sleep(network.delayMs).then(pass, pass);
    });
    for (const socket of way.sockets) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // Whoever lost the way hears nothing of its end.
        if (way.silent) return;
        ways.delete(way);
        for (const other of way.sockets) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const network: EngineNetwork = {
    port: address.port,
    delayMs: 0,
    swallow: false,
    drop(which) {
      for (const way of ways) if (which === 'all' || way.subscribed) way.silent = true;
    },
    cut() {
      isCut = true;
      endAll();
    },
    open() {
      isCut = false;
    },
    close: async () => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return network;
}
