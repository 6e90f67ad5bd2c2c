import type { Sandbox } from '../../src/sandbox/types.js';
import { tenantEnvironment } from '../support/tenant.js';
import { hostileArguments, hostileValue, type Random } from './hostile.js';
import { type Attacked, startAttacked } from './program.js';
import { isWrite, type Tally } from './tally.js';

export interface Attack {
  readonly sandbox: Sandbox;
  readonly tally: Tally;
  readonly random: Random;
  readonly texts: readonly [string, ...string[]];
  /** Values of fields that a mask hides. */
  readonly hidden: readonly string[];
  /** Whether an area that has made so many of its inputs may go on. */
  readonly more: (made: number, of: number) => boolean;
}

const writes = (sandbox: Sandbox) => sandbox.requests.filter(isWrite).length;

/** Sees that the work writes as often as it may, and no more. */
export async function writing(
  attack: Attack,
  area: string,
  most: number,
  what: string,
  work: () => Promise<unknown>,
) {
  const { sandbox, tally } = attack;
  sandbox.clearRequests();
  await work();
  const made = writes(sandbox);
  if (made > most) tally.violation(area, `writes ${made} times where ${most} may be`, what);
}

export const open = (
  { sandbox, tally }: Attack,
  env: Record<string, string>,
  human?: (question: string) => void,
) => startAttacked(tally, sandbox.credentials, { ...tenantEnvironment(sandbox), ...env }, human);

/** Arguments of every tool made from its schema, in a mode in which no word confirms. */
export async function argumentsOfTools(attack: Attack, inputs: number): Promise<void> {
  const { random, texts } = attack;
  const server = await open(attack, { AUTOTASK_CONFIRM_MODE: 'preview' });
  for (let made = 0; attack.more(made, inputs); made += 1) {
    const tool = server.tools[made % server.tools.length];
    if (tool === undefined) break;
    const args = hostileArguments(tool.args, random, texts);
    if (random.chance(0.3)) {
      args.confirm = random.chance(0.5)
        ? tool.name.toUpperCase().replaceAll('-', '_')
        : hostileValue(random, texts);
    }
    await writing(attack, 'arguments', 0, `${tool.name} ${JSON.stringify(args)}`, () =>
      server.call('arguments', tool.name, args),
    );
  }
  await server.close();
}

/** Words that are nearly the one that confirms. */
export async function wordsThatConfirm(attack: Attack, inputs: number): Promise<void> {
  const { random, texts } = attack;
  const server = await open(attack, {});
  const tools = server.tools.filter(({ args }) => args.includes('confirm'));
  for (let made = 0; attack.more(made, inputs); made += 1) {
    const tool = tools[made % tools.length];
    if (tool === undefined) break;
    const word = tool.name.toUpperCase().replaceAll('-', '_');
    const near: unknown = random.pick<unknown>([
      word.toLowerCase(),
      ` ${word}`,
      `${word}\n`,
      `${word}\u200b`,
      word.replace('_', '-'),
      [word],
      { toString: word },
      word.replace('E', '\u0415'),
      true,
      'CONFIRM',
      tools[(made + 1) % tools.length]?.name.toUpperCase().replaceAll('-', '_'),
      hostileValue(random, texts),
    ]);
    if (near === word) continue;
    const args = { ...hostileArguments(tool.args, random, texts), confirm: near };
    await writing(attack, 'confirm words', 0, `${tool.name} ${JSON.stringify(args)}`, () =>
      server.call('confirm words', tool.name, args),
    );
  }
  await server.close();
}

/** Tokens of previews: changed, used twice, used for another call. */
export async function previewTokens(attack: Attack, inputs: number): Promise<void> {
  const { random } = attack;
  const area = 'preview tokens';
  const server = await open(attack, { AUTOTASK_CONFIRM_MODE: 'preview' });
  for (let made = 0; attack.more(made, inputs); made += 5) {
    const args = { entity: 'ContactGroups', data: { name: `Attack ${made}`, isActive: true } };
    const use = (confirm: string, given: Record<string, unknown> = args) =>
      server.call(area, 'create-entity', { ...given, confirm });
    const { text } = await server.call(area, 'create-entity', args);
    const token = /confirm: "([^"]+)"/.exec(text)?.[1] ?? '';
    const at = random.below(Math.max(1, token.length));
    const changed = `${token.slice(0, at)}${token[at] === 'a' ? 'b' : 'a'}${token.slice(at + 1)}`;
    await writing(attack, area, 0, 'another call, or a changed token', async () => {
      await use(token, { ...args, data: { ...args.data, isActive: false } });
      await use(changed);
    });
    await writing(attack, area, 1, 'one token, twice', () => Promise.all([use(token), use(token)]));
  }
  await server.close();
}

/** Records that customers wrote, read by everything that reads. */
export async function hostileRecords(attack: Attack, inputs: number): Promise<void> {
  const area = 'hostile records';
  const { random } = attack;
  const server = await open(attack, { AUTOTASK_CONFIRM_MODE: 'preview' });
  const calls: readonly (readonly [string, Record<string, unknown>])[] = [
    ['query-entity', { entity: 'Tickets' }],
    ['query-entity', { entity: 'Companies' }],
    ['search-tickets', {}],
    ['search-contacts', {}],
    ['aggregate-entity', { entity: 'Tickets', groupBy: ['title'], query: { id: { lt: 101_000 } } }],
    ['aggregate-entity', { entity: 'Companies', groupBy: ['city'] }],
    ['search-companies', { format: 'json' }],
    ['get-company', { id: 0 }],
    ['get-ticket', { id: 101975, include: ['notes'] }],
    ['get-entity', { entity: 'Tickets', id: 101975 }],
    ['update-ticket', { id: 101975, title: 'Other' }],
    ['create-ticket-note', { ticketID: 101975, title: 'x', description: 'y' }],
  ];
  const ids = await ticketIds(server, area);
  for (let made = 0; attack.more(made, inputs); made += 1) {
    const [name, given] = calls[made % calls.length] ?? ['get-version', {}];
    const id = random.pick([101975, ...ids]);
    const args = {
      ...given,
      ...('id' in given ? { id } : {}),
      ...('ticketID' in given ? { ticketID: id } : {}),
      ...(name.startsWith('query') ? { maxRecords: 1 + random.below(10), includeFields: ['*'] } : {}),
    };
    await writing(attack, area, 0, name, () => server.call(area, name, args));
  }
  await server.close();
}

async function ticketIds(server: Attacked, area: string): Promise<number[]> {
  const { text } = await server.call(area, 'query-entity', {
    entity: 'Tickets',
    maxRecords: 100,
    includeFields: ['id'],
  });
  return [...text.matchAll(/\b(1[01]\d{4})\b/g)].map(([id]) => Number(id));
}
