import type { Attack } from './areas.js';
import { open, writing } from './areas.js';
import { hostileArguments } from './hostile.js';
import { outputProblems } from './tally.js';

/** Resources, prompts and suggestions, under names and with values that nobody should give. */
export async function resourcesAndPrompts(attack: Attack, inputs: number): Promise<void> {
  const area = 'resources and prompts';
  const { random, texts } = attack;
  const server = await open(attack, {});
  const { client } = server;
  const { prompts } = await client.listPrompts();
  const { resourceTemplates } = await client.listResourceTemplates();
  const uris = [...resourceTemplates.map(({ uriTemplate }) => uriTemplate), 'autotask://tickets'];
  const pick = <T>(list: readonly T[]) => list[random.below(list.length)];
  const text = () => random.pick(texts).slice(0, 5_000);
  const uri = () => {
    const value = random.chance(0.5) ? encodeURIComponent(text().replace(/[\ud800-\udfff]/g, '')) : text();
    const found = random.chance(0.8) ? (pick(uris) ?? '') : `autotask://${value}/{id}`;
    return found.replace(/\{\w+\}/, () => value);
  };
  const requests: readonly [() => Promise<string>, ...(() => Promise<string>)[]] = [
    async () => {
      const { contents } = await client.readResource({ uri: uri() });
      return contents.map((part) => ('text' in part ? part.text : '')).join('\n');
    },
    async () => {
      const prompt = random.chance(0.9) ? pick(prompts) : undefined;
      const given = (prompt?.arguments ?? []).map(({ name }): [string, string] => [name, text()]);
      const name = prompt?.name ?? text();
      // What a prompt makes of its arguments is the caller's own text; only a refusal is looked at.
      await client.getPrompt({ name, arguments: Object.fromEntries(given) });
      return '';
    },
    async () => {
      const prompt = pick(prompts);
      const argument = { name: pick(prompt?.arguments ?? [])?.name ?? text(), value: text() };
      const ref = random.chance(0.5)
        ? ({ type: 'ref/prompt', name: prompt?.name ?? '' } as const)
        : ({ type: 'ref/resource', uri: pick(uris) ?? '' } as const);
      return (await client.complete({ ref, argument })).completion.values.join('\n');
    },
  ];
  for (let made = 0; attack.more(made, inputs); made += 1) {
    const request = random.pick(requests);
    await writing(attack, area, 0, 'resources', () =>
      server.ask(area, `request ${made}`, async () => ({ text: await request(), isError: false })),
    );
  }
  await server.close();
}

const longestQuestion = 20_000;

/** The question to a person, who says no: it begins with the action and its audience, and no text can change that. */
export async function questions(attack: Attack, inputs: number): Promise<void> {
  const area = 'questions to a person';
  const { sandbox, tally, random, texts } = attack;
  let asked = 0;
  const server = await open(attack, { AUTOTASK_CONFIRM_MODE: 'elicit' }, (question) => {
    asked += 1;
    for (const problem of outputProblems(question, sandbox.credentials)) {
      tally.violation(area, `the question ${problem}`, question);
    }
    if (!/^This would (create|update|delete) [^\n]*\nWho sees it[^\n]*: /.test(question)) {
      tally.violation(area, 'the question begins with something else', question);
    }
    if (question.length > longestQuestion) {
      tally.violation(area, `the question has ${question.length} characters`, question);
    }
  });
  const text = () => random.pick(texts).slice(0, random.pick([200, 3_000]));
  const calls: readonly (readonly [string, () => Record<string, unknown>])[] = [
    ['update-ticket', () => ({ id: 101975, title: text(), fields: { description: text() } })],
    ['create-ticket-note', () => ({ ticketID: 101975, title: text(), description: text() })],
    ['create-ticket', () => ({ companyID: 0, title: text(), description: text() })],
    ['update-company', () => ({ id: 0, fields: { city: text(), address1: text() } })],
    ['create-entity', () => ({ entity: 'ContactGroups', data: { name: text(), isActive: true } })],
    ['update-entity', () => ({ entity: 'Tickets', id: 101975, data: { resolution: text() } })],
  ];
  for (let made = 0; attack.more(made, inputs); made += 1) {
    const [name, args] = calls[made % calls.length] ?? ['get-version', () => ({})];
    const given = random.chance(0.9) ? args() : hostileArguments(Object.keys(args()), random, texts);
    const confirm = name.toUpperCase().replaceAll('-', '_');
    await writing(attack, area, 0, `${name} ${JSON.stringify(given)}`, () =>
      server.call(area, name, { ...given, confirm }),
    );
  }
  if (asked < inputs / 20) tally.violation(area, `asks only ${asked} times`, '');
  await server.close();
}

/** What a mask hides, asked for in every way, also in conditions and errors. */
export async function maskedFields(attack: Attack, inputs: number): Promise<void> {
  const area = 'masked fields';
  const { sandbox, tally, random, texts } = attack;
  const server = await open(attack, {
    AUTOTASK_MASK_FIELDS: 'Contacts.emailAddress,Contacts.phone,Tickets.purchaseOrderNumber,Companies.phone',
    AUTOTASK_CONFIRM_MODE: 'preview',
  });
  const hidden = new Set(attack.hidden);
  const fields = ['emailAddress', 'phone', 'purchaseOrderNumber', 'EmailAddress', 'companyID.phone'] as const;
  const entities = ['Contacts', 'Companies', 'Tickets'] as const;
  const condition = () => ({
    [random.pick(fields)]: random.pick<unknown>([
      'HIDDEN',
      { beginsWith: 'H' },
      { contains: random.pick(texts).slice(0, 100) },
      { exist: true },
    ]),
  });
  const requests: readonly (readonly [string, () => Record<string, unknown>])[] = [
    ['query-entity', () => ({ entity: random.pick(entities), includeFields: ['*'], maxRecords: 5 })],
    ['query-entity', () => ({ entity: random.pick(entities), query: condition() })],
    ['query-entity', () => ({ entity: random.pick(entities), includeFields: [random.pick(fields)] })],
    ['query-entity', () => ({ entity: random.pick(entities), orderBy: random.pick(fields) })],
    ['count-entity', () => ({ entity: random.pick(entities), query: condition() })],
    ['aggregate-entity', () => ({ entity: random.pick(entities), groupBy: [random.pick(fields)] })],
    ['search-contacts', () => ({ search: random.pick(['HIDDEN', random.pick(texts).slice(0, 100)]) })],
    ['search-companies', () => ({ search: 'HIDDEN' })],
    ['get-contact', () => ({ id: random.pick<unknown>([1, 'HIDDEN', 'a@b.example']) })],
    ['get-ticket', () => ({ id: 101975 })],
    ['get-company', () => ({ id: 0 })],
    [
      'update-entity',
      () => ({ entity: 'Companies', id: 0, data: { phone: random.pick(texts).slice(0, 20) } }),
    ],
    ['update-entity', () => ({ entity: 'Companies', id: 0, data: { city: 'X' } })],
  ];
  for (let made = 0; attack.more(made, inputs); made += 1) {
    const [name, args] = random.pick([requests[0] ?? ['get-version', () => ({})], ...requests]);
    const given = args();
    const { text } = await server.call(area, name, given);
    for (const value of hidden) {
      const at = text.indexOf(value);
      if (at < 0) continue;
      const around = text.slice(Math.max(0, at - 100), at + 30);
      tally.violation(area, 'shows a masked value', `${name} ${JSON.stringify(given)} -> ${around}`);
    }
  }
  await server.close();
  if (sandbox.requests.length === 0) tally.violation(area, 'reads nothing', '');
}
