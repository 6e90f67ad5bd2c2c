import { limits } from '../../limits/limits.js';
import { createAgents } from './agents.js';
import { measureJson } from './json-size.js';
import { createTransport } from './transport.js';

/** Reads a JSON document that is nobody's secret. Rejects, and says why, unless it comes with status 200. */
export type FetchJson = (url: string) => Promise<unknown>;

const timeoutMs = 5_000;
const mostBytes = 512 * 1024;

/** Without credentials, redirects and repeats, through the same proxies as everything else. */
export function createFetchJson(): FetchJson {
  const send = createTransport(createAgents());
  const headers = { accept: 'application/json' };
  return async (url) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outcome = await send({ method: 'GET', url, headers, write: false, timeoutMs, signal });
    if ('failure' in outcome) throw new Error(`not reached (${outcome.failure.code})`);
    const { response, bytes, release } = outcome;
    try {
      if (response.status !== 200) throw new Error(`answered with status ${response.status}`);
      if (bytes > mostBytes || measureJson(response.text).depth > limits.depth)
        throw new Error('answered too much');
      return JSON.parse(response.text);
    } catch (error) {
      throw error instanceof SyntaxError ? new Error('answered no JSON') : error;
    } finally {
      release();
    }
  };
}
