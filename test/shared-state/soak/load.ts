import { setTimeout as sleep } from 'node:timers/promises';
import { callTool, mcpHeaders } from '../../http/support.js';
import { tokenIn } from '../../writes/support.js';
import { between, createRandom, pick, type Random } from './random.js';
import { bearer, type Replicas, replicaCount } from './replicas.js';
import type { SoakTenants } from './tenants.js';

export interface Call {
  readonly tenant: number;
  readonly replica: number;
  readonly kind: 'read' | 'preview' | 'confirm';
  readonly from: number;
  readonly to: number;
  /** `lost`: its replica died, or was not there. */
  readonly outcome:
    | 'done'
    | 'preview'
    | 'share'
    | 'limited'
    | 'noState'
    | 'writesUsedUp'
    | 'expired'
    | 'lost'
    | 'other';
  readonly text: string;
}

const outcomes: readonly (readonly [Call['outcome'], RegExp])[] = [
  ['share', /AUTOTASK_HOURLY_SHARE/],
  ['limited', /Autotask limits requests|too many|429/],
  ['noState', /replicas of this server share does not answer/],
  ['writesUsedUp', /writes per hour, and they are used up/],
  ['expired', /not valid|used already|expired|unknown/i],
];

function outcomeOf(text: string): Call['outcome'] {
  if (/PREVIEW/.test(text)) return 'preview';
  if (!/"isError":true/.test(text)) return 'done';
  return outcomes.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

/** What is read; most of it of one endpoint. */
export const entities = ['Roles', 'Roles', 'Roles', 'Departments', 'TaxRegions', 'ContactGroups'] as const;

/** Callers of all tenants, each at some replica at a time; a few tenants have a crowd of them. */
export class Load {
  readonly calls: Call[] = [];
  readonly #tenants: SoakTenants;
  readonly #replicas: Replicas;
  #names = 0;

  constructor(tenants: SoakTenants, replicas: Replicas) {
    this.#tenants = tenants;
    this.#replicas = replicas;
  }

  async #call(
    tenant: number,
    replica: number,
    kind: Call['kind'],
    name: string,
    args: object,
  ): Promise<string> {
    const from = performance.now();
    const note = (outcome: Call['outcome'], text: string) => {
      this.calls.push({ tenant, replica, kind, from, to: performance.now(), outcome, text });
      return text;
    };
    const url = this.#replicas.url(replica);
    if (url === null) {
      await sleep(200);
      return note('lost', '');
    }
    try {
      const response = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { ...mcpHeaders, Authorization: `Bearer ${bearer}`, ...this.#tenants.headersOf(tenant) },
        body: callTool(name, args),
      });
      const text = await response.text();
      return note(outcomeOf(text), text);
    } catch (error) {
      return note('lost', String(error));
    }
  }

  async #read(tenant: number, random: Random): Promise<void> {
    const entity = pick(random, entities);
    const args = { entity, query: { id: between(random, 1, 1_000_000) } };
    await this.#call(tenant, between(random, 0, replicaCount - 1), 'read', 'count-entity', args);
  }

  /** Confirms each preview twice, at two replicas at the same time: one write at most. */
  async #write(tenant: number, random: Random): Promise<void> {
    this.#names += 1;
    const args = { entity: 'ContactGroups', data: { name: `Soak ${this.#names}`, isActive: true } };
    const replica = () => between(random, 0, replicaCount - 1);
    const preview = await this.#call(tenant, replica(), 'preview', 'create-entity', args);
    const confirm = tokenIn(textIn(preview));
    if (confirm === '') return;
    const both = [replica(), replica()];
    await sleep(between(random, 0, 500));
    await Promise.all(
      both.map((one) => this.#call(tenant, one, 'confirm', 'create-entity', { ...args, confirm })),
    );
  }

  /** The first call of a replica, which takes the longest. */
  async warmUp(replica: number): Promise<void> {
    await this.#call(0, replica, 'read', 'count-entity', { entity: entities[0], query: { id: replica } });
  }

  /** Runs until the time is up; `pauseMs` is the longest pause between the calls of a caller. */
  async caller(tenant: number, seed: number, pauseMs: number, until: number): Promise<void> {
    const random = createRandom(seed);
    await sleep(random() * pauseMs);
    while (performance.now() < until) {
      if (random() < 0.12) await this.#write(tenant, random);
      else await this.#read(tenant, random);
      await sleep(random() * pauseMs);
    }
  }
}

/** The text of an answer, which is JSON in JSON. */
function textIn(answer: string): string {
  const found = /"text":("(?:[^"\\]|\\.)*")/.exec(answer)?.[1];
  return found === undefined ? '' : String(JSON.parse(found));
}
