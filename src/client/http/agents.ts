import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Agents } from 'got';

/** Finds the agents for an address; `fresh` ones never reuse a connection. */
export type AgentsFor = (url: string, fresh: boolean) => Promise<Agents>;

/** After this time without use a connection may be dead without anybody having said so. */
const idleMs = 30_000;

const proxyVariables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** The proxies named by the usual environment variables, which belong to the whole process. */
export function proxiesInEnvironment(): readonly string[] {
  return proxyVariables
    .flatMap((name) => [process.env[name], process.env[name.toLowerCase()]])
    .filter((value) => value !== undefined && value !== '')
    .map(String);
}

/**
 * Reads reuse connections. Writes never do: a kept connection may have been closed by the other side at
 * the very moment it is used again, and then nobody knows whether the write arrived.
 */
export function createAgents(): AgentsFor {
  const keptAlive = direct(true);
  const fresh = direct(false);
  if (proxiesInEnvironment().length === 0) return async (_url, isFresh) => (isFresh ? fresh : keptAlive);
  const proxied = new Map<string, Promise<Agents>>();
  return async (url, isFresh) => {
    const { getProxyForUrl } = await import('proxy-from-env');
    const proxy = getProxyForUrl(url);
    if (proxy === '') return isFresh ? fresh : keptAlive;
    const key = `${isFresh} ${proxy}`;
    const known = proxied.get(key) ?? throughProxy(proxy, !isFresh);
    proxied.set(key, known);
    return known;
  };
}

function direct(keepAlive: boolean): Agents {
  const options = { keepAlive, timeout: idleMs };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

async function throughProxy(proxy: string, keepAlive: boolean): Promise<Agents> {
  const [{ HttpProxyAgent }, { HttpsProxyAgent }] = await Promise.all([
    import('http-proxy-agent'),
    import('https-proxy-agent'),
  ]);
  const options = { keepAlive, timeout: idleMs };
  return { http: new HttpProxyAgent(proxy, options), https: new HttpsProxyAgent(proxy, options) };
}
