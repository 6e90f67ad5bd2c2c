import { expect } from 'vitest';
import type { Sandbox, TenantHandle } from '../../src/sandbox/index.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of another program are looked into freely in tests
  readonly body: any;
  readonly text: string;
}

export type Caller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Speaks plain HTTP with a tenant; `path` is below `V1.0/` or absolute. */
export function callerOf(sandbox: Sandbox | TenantHandle): Caller {
  const { credentials } = sandbox;
  return async (method, path, body, headers = {}) => {
    const url = path.startsWith('http') ? path : `${sandbox.apiUrl}V1.0/${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        ApiIntegrationCode: credentials.integrationCode,
        UserName: credentials.userName,
        Secret: credentials.secret,
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text), text };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const everything = [{ op: 'gte', field: 'id', value: 0 }];

export const eq = (field: string, value: unknown) => ({ op: 'eq', field, value });

/** The questions that tests of rules ask again and again. */
export function questionsOf(call: Caller) {
  return {
    /** What the service complains about; `accepted` when it does not. */
    errorsOf: async (method: string, path: string, body: unknown, headers = {}): Promise<string[]> => {
      const answer = await call(method, path, body, headers);
      return answer.status === 200 ? ['accepted'] : answer.body.errors;
    },
    /** Id of a record that must get created. */
    made: async (path: string, body: unknown): Promise<number> => {
      const answer = await call('POST', path, body);
      expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)]);
      return answer.body.itemId;
    },
    item: async (path: string) => (await call('GET', path)).body.item,
    first: async (entity: string, ...filter: unknown[]) =>
      (await call('POST', `${entity}/query`, { filter, MaxRecords: 1 })).body.items[0],
  };
}
