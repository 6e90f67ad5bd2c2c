import { type Attack, open, writing } from './areas.js';

/** What of a secret shows before the mark of a cut, or at the end of a part of a file. */
function halfShown(text: string, secret: string): boolean {
  for (let size = secret.length - 1; size >= 4; size--) {
    const half = secret.slice(0, size);
    if (text.includes(`${half}…`) || text.includes(`${half}\n</data-`)) return true;
  }
  return false;
}

/** Texts that are cut where a secret stands: in names, cells, previews of one and of many, errors and parts of files. */
export async function textsThatAreCut(attack: Attack, inputs: number): Promise<void> {
  const area = 'texts that are cut';
  const { sandbox, tally, random } = attack;
  const { secret } = sandbox.credentials;
  const server = await open(attack, {});
  const forms = [
    secret,
    [...secret].join('\u200b'),
    encodeURIComponent(secret),
    [...secret].join('\\'),
  ] as const;
  const bounds = [60, 100, 120, 160, 200, 300, 2_000, 8_000] as const;
  const text = () => {
    const at = Math.max(0, random.pick(bounds) - random.below(secret.length + 2));
    return `${'x'.repeat(at)}${random.pick(forms)} ${'y'.repeat(random.below(9_000))}`;
  };
  const file = `${'z'.repeat(39_990)}${secret}${'z'.repeat(50)}${[...secret].join('\u200b')}${'z'.repeat(90_000)}`;
  const data = Buffer.from(file).toString('base64');
  const made = await server.call(area, 'create-attachment', {
    parentId: 101975,
    name: 'cut.txt',
    data,
    confirm: 'CREATE_ATTACHMENT',
  });
  const id = Number(/TicketAttachment (\d+)/.exec(made.text)?.[1]);
  const look = async (name: string, args: Record<string, unknown>) => {
    const answer = await server.call(area, name, args);
    if (halfShown(answer.text, secret)) tally.violation(area, 'shows half a credential', answer.text);
  };
  const calls: readonly [() => Promise<void>, ...(() => Promise<void>)[]] = [
    () => look('query-entity', { entity: 'Tickets', query: { [text().slice(0, 500)]: 1 } }),
    () => look('query-entity', { entity: text() }),
    () => look('update-ticket', { id: 101975, status: text() }),
    () =>
      look('update-ticket', {
        items: [
          { id: 101975, title: text().slice(0, 250) },
          { id: 101976, title: 'a' },
        ],
      }),
    () => look('create-ticket-note', { ticketID: 101975, title: text().slice(0, 250), description: text() }),
    () => look('get-attachment', { id, offset: random.below(40_200) }),
    () => look('get-attachment', { id, offset: 39_980 + random.below(100), format: 'json' }),
    async () => {
      const fault = { kind: 'serverError', errors: [text(), text()] } as const;
      const remove = sandbox.faults.add({ fault, path: 'Tickets/query' });
      await look('query-entity', { entity: 'Tickets' });
      remove();
    },
  ];
  for (let count = 0; attack.more(count, inputs); count += 1) {
    await writing(attack, area, 0, 'a text that is cut', random.pick(calls));
  }
  await server.close();
}
