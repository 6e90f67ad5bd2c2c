import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'iovalkey';
import { makeCertificates } from './certificates.js';
import { freePort, killEngine, launchEngine } from './engine.js';

const password = 'engine-password-0123456789';
const host = '127.0.0.1';

/** An engine that is reached in another way than by its port alone. */
export interface ReachedEngine {
  readonly url: string;
  /** What a server needs besides. */
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

const folderOf = () => mkdtempSync(join(tmpdir(), 'engine-'));
const common = (folder: string) => [
  ...['--bind', host, '--dir', folder, '--save', '', '--appendonly', 'yes', '--requirepass', password],
];
const clientOf = (port: number) => {
  const client = new Redis({ host, port, password, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  return client;
};

/** Certificates of a private authority, and how a server of the engine speaks TLS alone with them. */
function tlsAlone(folder: string) {
  const { ca, cert, key } = makeCertificates(folder);
  return {
    ca,
    at: (port: number) => [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', '--tls-replication', 'yes'],
      ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca],
    ],
  };
}

/** It speaks TLS alone, with a certificate of a private authority. */
export async function startTls(): Promise<ReachedEngine & { readonly ca: string }> {
  const folder = folderOf();
  const { ca, at } = tlsAlone(folder);
  const port = await freePort();
  const child = await launchEngine([...common(folder), ...at(port)]);
  return {
    url: `rediss://:${password}@localhost:${port}/0`,
    env: { NODE_EXTRA_CA_CERTS: ca },
    ca,
    close: async () => {
      await killEngine(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** It listens on a socket alone, for a user that has the given rights and no others. */
export async function startSocket(rights: readonly string[]): Promise<ReachedEngine> {
  const folder = folderOf();
  const path = join(folder, 'engine.sock');
  const user = ['--user', 'autotask', 'on', `>${password}`, ...rights];
  const child = await launchEngine([...common(folder), '--port', '0', '--unixsocket', path, ...user]);
  return {
    url: `unix://${path}?db=0&user=autotask&password=${password}`,
    env: {},
    close: async () => {
      await killEngine(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three primaries, each with a third of the slots. */
export async function startCluster(): Promise<ReachedEngine & { readonly nodes: readonly Redis[] }> {
  const folder = folderOf();
  const ports = [await freePort(), await freePort(), await freePort()];
  const children = await Promise.all(
    ports.map((port) =>
      launchEngine([
        ...common(folder),
        ...['--port', String(port), '--cluster-port', String(port + (port > 40_000 ? -9_000 : 9_000))],
        ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`],
        ...['--cluster-node-timeout', '2000', '--appenddirname', `aof-${port}`],
      ]),
    ),
  );
  const nodes = ports.map(clientOf);
  const size = Math.ceil(16_384 / nodes.length);
  for (const [index, node] of nodes.entries()) {
    await node.call('CLUSTER', 'ADDSLOTSRANGE', index * size, Math.min(16_383, (index + 1) * size - 1));
    const busPort = (ports[0] ?? 0) + ((ports[0] ?? 0) > 40_000 ? -9_000 : 9_000);
    if (index > 0) await node.call('CLUSTER', 'MEET', host, ports[0] ?? 0, busPort);
  }
  const isReady = async (node: Redis) => {
    const info = String(await node.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  };
  for (const node of nodes)
    while (!(await isReady(node))) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    url: `redis+cluster://:${password}@${ports.map((port) => `${host}:${port}`).join(',')}`,
    env: {},
    nodes,
    close: async () => {
      for (const node of nodes) node.disconnect();
      await Promise.all(children.map(killEngine));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Failover extends ReachedEngine {
  readonly primary: Redis;
  readonly replica: Redis;
  /** What happens at the primary from now on does not reach the replica. */
  cutReplication(): Promise<void>;
  /** Stops the primary and waits until the sentinel made the replica the new one. */
  failOver(): Promise<void>;
}

/** A primary watched by a sentinel; both speak TLS alone, and the sentinel wants a password of its own. */
export async function startGuardedSentinel(): Promise<ReachedEngine> {
  const folder = folderOf();
  const { ca, at } = tlsAlone(folder);
  const [port, sentinelPort] = [await freePort(), await freePort()];
  const primary = await launchEngine([...common(folder), ...at(port)]);
  const configuration = join(folder, 'sentinel.conf');
  writeFileSync(
    configuration,
    `dir ${folder}\nsentinel monitor shared ${host} ${port} 1\nsentinel auth-pass shared ${password}\n`,
  );
  const own = 'sentinel-password-0123456789';
  const sentinel = await launchEngine([
    configuration,
    ...['--sentinel', '--bind', host, '--requirepass', own],
    ...at(sentinelPort),
  ]);
  return {
    url: `rediss+sentinel://:${password}@${host}:${sentinelPort}/shared?sentinelPassword=${own}`,
    env: { NODE_EXTRA_CA_CERTS: ca },
    close: async () => {
      await Promise.all([primary, sentinel].map(killEngine));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A primary with a replica, watched by a sentinel that calls it `shared`. */
export async function startSentinel(): Promise<Failover> {
  const folder = folderOf();
  const [port, replicaPort, sentinelPort] = [await freePort(), await freePort(), await freePort()];
  const own = (name: string) => [...common(folder), '--masterauth', password, '--appenddirname', name];
  const first = await launchEngine([...own('first'), '--port', String(port)]);
  const second = await launchEngine([
    ...own('second'),
    ...['--port', String(replicaPort), '--replicaof', `${host} ${port}`, '--repl-diskless-sync-delay', '0'],
  ]);
  const [primary, replica] = [clientOf(port), clientOf(replicaPort)];
  const infoOf = async (node: Redis) => String(await node.call('INFO', 'replication'));
  while (!(await infoOf(replica)).includes('master_link_status:up'))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const configuration = join(folder, 'sentinel.conf');
  writeFileSync(
    configuration,
    [
      `port ${sentinelPort}`,
      `bind ${host}`,
      `dir ${folder}`,
      `sentinel monitor shared ${host} ${port} 1`,
      `sentinel auth-pass shared ${password}`,
      'sentinel down-after-milliseconds shared 500',
      'sentinel failover-timeout shared 3000',
      '',
    ].join('\n'),
  );
  const sentinel = await launchEngine([configuration, '--sentinel']);
  const watcher = new Redis({ host, port: sentinelPort, maxRetriesPerRequest: null });
  watcher.on('error', () => undefined);
  // It learns of the replica from the primary.
  const knowsReplica = async () =>
    JSON.stringify(await watcher.call('SENTINEL', 'REPLICAS', 'shared')).includes(String(replicaPort));
  while (!(await knowsReplica())) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    url: `redis+sentinel://:${password}@${host}:${sentinelPort}/shared/0`,
    env: {},
    primary,
    replica,
    cutReplication: async () => {
      second.kill('SIGSTOP');
      await primary.call('CLIENT', 'KILL', 'TYPE', 'replica');
    },
    failOver: async () => {
      // As when its machine is cut off: connections to it stay open, and nothing answers.
      first.kill('SIGSTOP');
      second.kill('SIGCONT');
      while (!(await infoOf(replica)).includes('role:master'))
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
    close: async () => {
      for (const client of [primary, replica, watcher]) client.disconnect();
      await Promise.all([first, second, sentinel].map(killEngine));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
