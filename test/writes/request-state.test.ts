import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, TenantHandle } from '../../src/sandbox/types.js';
import { startProgram } from '../http/support.js';
import { modernVersion, openClient } from '../support/client.js';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { tenantEnvironment } from '../support/tenant.js';
import { writesSince } from './support.js';

/**
 * A person confirms over stateless HTTP: three processes that share a key and their state, each request to any of
 * them, and by hand whatever a client could do with the state that it is to carry back.
 */
const key = 'k'.repeat(40);
const [one, two] = ['first-token-0123456789', 'other-token-0123456789'];

let sandbox: Sandbox;
let engine: TestEngine;
let replicas: readonly string[];
/** The same for the tenants of a gateway. */
let gateways: readonly string[];
let stranger: string;
const stops: (() => Promise<void>)[] = [];

async function replica(env: Record<string, string>): Promise<string> {
  const { url, stop, output } = await startProgram([], {
    ...tenantEnvironment(sandbox),
    LOG_LEVEL: 'info',
    AUTOTASK_HTTP_TOKENS: `one ${one}\ntwo ${two}`,
    AUTOTASK_CONFIRM_MODE: 'elicit',
    AUTOTASK_CONFIRM_KEY: key,
    AUTOTASK_STATE_URL: engine.url,
    AUTOTASK_CONFIRM_SECONDS: '10',
    ...env,
  });
  if (url === null) throw new Error(output().stderr);
  stops.push(stop);
  return `${url}/mcp`;
}

beforeAll(async () => {
  if (engineProgram === null) return;
  [sandbox, engine] = await Promise.all([
    startSandbox({ tenants: [{ seed: 1 }, { seed: 2 }] }),
    startEngine(),
  ]);
  const gateway = { AUTOTASK_HTTP_AUTH: 'gateway', AUTOTASK_HTTP_API_ORIGINS: new URL(sandbox.url).origin };
  replicas = await Promise.all([{}, {}, {}].map(replica));
  gateways = await Promise.all([gateway, gateway, gateway].map(replica));
  stranger = await replica({ AUTOTASK_CONFIRM_KEY: 'x'.repeat(40) });
});
afterAll(async () => {
  if (engineProgram === null) return;
  await Promise.all(stops.map((stop) => stop()));
  await Promise.all([sandbox.close(), engine.close()]);
});

let groups = 0;
const group = () => {
  groups += 1;
  return {
    entity: 'ContactGroups',
    data: { name: `By a person ${groups}`, isActive: true },
    confirm: 'CREATE_ENTITY',
  };
};

const answer = z.looseObject({
  result: z.looseObject({
    resultType: z.string(),
    requestState: z.string().optional(),
    inputRequests: z.record(z.string(), z.unknown()).optional(),
    content: z.array(z.looseObject({ text: z.string() })).optional(),
    isError: z.boolean().optional(),
  }),
});

interface Sent {
  readonly args: object;
  readonly url?: string;
  readonly token?: string;
  readonly tenant?: TenantHandle | undefined;
  readonly more?: object;
}

const anyOf = (urls: readonly string[]) => urls[Math.floor(Math.random() * urls.length)] ?? '';

const namedTenant = ({ credentials }: TenantHandle) => ({
  'X-Autotask-Username': credentials.userName,
  'X-Autotask-Secret': credentials.secret,
  'X-Autotask-Integration-Code': credentials.integrationCode,
});

/** One request as a client of 2026-07-28 sends it, to any of the replicas. */
async function send({
  args,
  tenant,
  url = anyOf(tenant === undefined ? replicas : gateways),
  token = one,
  more = {},
}: Sent) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      'MCP-Protocol-Version': modernVersion,
      'Mcp-Method': 'tools/call',
      'Mcp-Name': 'create-entity',
      ...(tenant === undefined ? {} : namedTenant(tenant)),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'create-entity',
        arguments: args,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': modernVersion,
          'io.modelcontextprotocol/clientInfo': { name: 'by hand', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
        },
        ...more,
      },
    }),
  });
  const { result } = answer.parse(await response.json());
  return { ...result, text: result.content?.[0]?.text ?? '' };
}

const yes = { confirm: { action: 'accept', content: { confirm: true } } };
const carried = (requestState: string | undefined, inputResponses: object = yes) => ({
  requestState,
  inputResponses,
});

let args: ReturnType<typeof group>;
let from: number;
beforeEach(() => {
  args = group();
  from = sandbox.requests.length;
});
const writes = () => writesSince(sandbox, from).length;

describe.skipIf(engineProgram === null)('three replicas behind random routing', () => {
  it('ask a person and write once, whichever of them gets a request', async () => {
    const used = new Set<string>();
    const client = await openClient(
      {
        url: replicas[0] ?? '',
        headers: { Authorization: `Bearer ${one}` },
        fetch: (_url, init) => {
          const url = anyOf(replicas);
          used.add(url);
          return fetch(url, init);
        },
      },
      { kind: 'v2-pinned', human: () => ({ action: 'accept', content: { confirm: true } }) },
    );
    for (let call = 1; call <= 10; call += 1) {
      const { content } = await client.callTool({ name: 'create-entity', arguments: group() });
      expect(JSON.stringify(content)).toMatch(/Created ContactGroup/);
      expect(writes()).toBe(call);
    }
    expect(used.size).toBeGreaterThan(1);
    await client.close();
  });

  it('go on with what another of them asked', async () => {
    const asked = await send({ args, url: replicas[0] ?? '' });
    expect(asked.resultType).toBe('input_required');
    expect(JSON.stringify(asked.inputRequests)).toMatch(/would create ContactGroup.*By a person/);
    expect(writes()).toBe(0);
    const done = await send({ args, url: replicas[2] ?? '', more: carried(asked.requestState) });
    expect(done.text).toMatch(/^Created ContactGroup/);
    expect(writes()).toBe(1);
  });

  it('let one state through once, however many get it at the same time', async () => {
    const { requestState } = await send({ args });
    const answers = await Promise.all(
      [...replicas, ...replicas].map((url) => send({ args, url, more: carried(requestState) })),
    );
    expect(answers.filter(({ text }) => /^Created/.test(text))).toHaveLength(1);
    expect(answers.filter(({ text }) => /used already.*Nothing was written/.test(text))).toHaveLength(5);
    expect(writes()).toBe(1);
  });
});

describe.skipIf(engineProgram === null)('a state writes nothing and says why', () => {
  /** With one character of this part turned into another: word, expiry, nonce, seal of the call, seal of the plan. */
  const changed = (part: number, state = '') =>
    state
      .split('.')
      .map((text, at) => (at === part ? `${text.startsWith('1') ? '2' : '1'}${text.slice(1)}` : text))
      .join('.');
  it.each<[string, RegExp, (state: string | undefined) => Sent]>([
    ['of another word', /not one that this server/, (state) => ({ args, more: carried(changed(0, state)) })],
    ['made to last', /question of another call/, (state) => ({ args, more: carried(changed(1, state)) })],
    [
      'with another nonce',
      /question of another call/,
      (state) => ({ args, more: carried(changed(2, state)) }),
    ],
    [
      'with another seal',
      /question of another call/,
      (state) => ({ args, more: carried(changed(3, state)) }),
    ],
    [
      'of another plan',
      /changed while the user was asked/,
      (state) => ({ args, more: carried(changed(4, state)) }),
    ],
    ['made up', /not one that this server gave out/, () => ({ args, more: carried('yes') })],
    [
      'of other arguments',
      /question of another call/,
      (state) => ({ args: { ...args, data: { ...args.data, isActive: false } }, more: carried(state) }),
    ],
    [
      'of another caller',
      /question of another call/,
      (state) => ({ args, token: two, more: carried(state) }),
    ],
    [
      'of replicas with another key',
      /of a server with another key/,
      (state) => ({ args, url: stranger, more: carried(state) }),
    ],
    [
      'with a no',
      /did not confirm/,
      (state) => ({
        args,
        more: carried(state, { confirm: { action: 'accept', content: { confirm: false } } }),
      }),
    ],
    [
      'declined',
      /did not confirm/,
      (state) => ({ args, more: carried(state, { confirm: { action: 'decline' } }) }),
    ],
    [
      'closed',
      /did not confirm/,
      (state) => ({ args, more: carried(state, { confirm: { action: 'cancel' } }) }),
    ],
    ['without an answer', /did not confirm/, (state) => ({ args, more: { requestState: state } })],
    [
      'with an answer that is none',
      /did not confirm/,
      (state) => ({
        args,
        more: carried(state, { confirm: { action: 'accept', content: { confirm: 'yes' } } }),
      }),
    ],
  ])('%s', async (_what, why, how) => {
    const { requestState } = await send({ args });
    const { isError, text } = await send(how(requestState));
    expect({ isError, text }).toEqual({ isError: true, text: expect.stringMatching(why) });
    expect(text).toMatch(/Nothing was written/);
    expect(writes()).toBe(0);
  });

  it('when it comes again after a no', async () => {
    const { requestState } = await send({ args });
    await send({ args, more: carried(requestState, { confirm: { action: 'decline' } }) });
    expect((await send({ args, more: carried(requestState) })).text).toMatch(/used already/);
    expect(writes()).toBe(0);
  });

  it('when it was given to another tenant, and is still good for its own', async () => {
    const [own, foreign] = sandbox.tenants;
    const { requestState } = await send({ args, tenant: own });
    const refused = await send({ args, tenant: foreign, more: carried(requestState) });
    expect(refused.text).toMatch(/question of another call.*Nothing was written/);
    expect(writes()).toBe(0);
    const done = await send({ args, tenant: own, more: carried(requestState) });
    expect(done.text).toMatch(/^Created ContactGroup/);
    expect(writes()).toBe(1);
  });

  it('when it has expired', async () => {
    const { requestState } = await send({ args });
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const { text } = await send({ args, more: carried(requestState) });
    expect(text).toMatch(/has expired\. Nothing was written/);
    expect(writes()).toBe(0);
  }, 60_000);
});
