import { readFileSync } from 'node:fs';
import type { Attack } from './areas.js';
import { open, writing } from './areas.js';
import { startEndlessService, startFaultyProxy, startForbiddenHost } from './upstream.js';

/** Calls that wait for a repeat leave room for others. */
const atOnce = 16;
/** A program that was refused too often keeps its requests back, so it is replaced after so many calls. */
const callsOfOne = 160;

const together = async <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** A service that answers as nobody should, and leads elsewhere. */
export async function hostileUpstream(attack: Attack, inputs: number): Promise<void> {
  const area = 'hostile upstream';
  const { sandbox, tally, random, texts } = attack;
  const elsewhere = await startForbiddenHost();
  const calls: readonly (readonly [string, Record<string, unknown>])[] = [
    ['query-entity', { entity: 'Tickets', maxRecords: 3 }],
    ['get-entity', { entity: 'Tickets', id: 101975 }],
    ['count-entity', { entity: 'Tickets' }],
    ['get-ticket', { id: 101975 }],
    ['search-companies', {}],
    ['get-company', { id: 0 }],
    ['describe-entity-fields', { entity: 'Contacts' }],
    ['aggregate-entity', { entity: 'Companies', groupBy: ['companyType'] }],
    ['update-ticket', { id: 101975, status: 'New' }],
    ['get-threshold-information', {}],
  ];
  for (let made = 0; attack.more(made, inputs); ) {
    const proxy = await startFaultyProxy(sandbox, random, texts, elsewhere.url);
    const server = await open(attack, {
      AUTOTASK_ZONE_URL: proxy.url,
      AUTOTASK_CONFIRM_MODE: 'preview',
      AUTOTASK_TIMEOUT_MS: '20000',
    });
    await server.call(area, 'get-entity', { entity: 'Tickets', id: 101975 });
    proxy.spoil(0.5);
    for (let own = 0; own < callsOfOne && attack.more(made, inputs); own += atOnce, made += atOnce) {
      await writing(attack, area, 0, 'reads and previews', () =>
        together(atOnce, (index) => {
          const [name, args] = calls[(own + index) % calls.length] ?? ['get-version', {}];
          return server.call(area, name, args);
        }),
      );
    }
    await server.close();
    await proxy.close();
  }
  for (const request of elsewhere.asked) tally.violation(area, 'asks another host', request);
  await elsewhere.close();
}

/** Writes that are stored before something goes wrong: nobody may be told that nothing happened. */
export async function storedWrites(attack: Attack, inputs: number): Promise<void> {
  const area = 'writes that were stored';
  const { sandbox, tally, random, texts } = attack;
  const elsewhere = await startForbiddenHost();
  for (let made = 0; attack.more(made, inputs); ) {
    const proxy = await startFaultyProxy(sandbox, random, texts, elsewhere.url);
    const server = await open(attack, { AUTOTASK_ZONE_URL: proxy.url });
    await server.call(area, 'describe-entity-fields', { entity: 'ContactGroups' });
    proxy.spoilWrites();
    for (let own = 0; own < callsOfOne && attack.more(made, inputs); own += atOnce, made += atOnce) {
      await together(atOnce, async (index) => {
        const { text, isError } = await server.call(area, 'create-entity', {
          entity: 'ContactGroups',
          data: { name: `Stored ${made + index}`, isActive: true },
          confirm: 'CREATE_ENTITY',
        });
        if (isError && !/Do not repeat the write|was not sent/.test(text)) {
          tally.violation(area, 'is said not to have happened', text);
        }
      });
    }
    await server.close();
    await proxy.close();
  }
  for (const request of elsewhere.asked) tally.violation(area, 'asks another host', request);
  await elsewhere.close();
}

/** As in the documented container: 512 MB, of which Node gives half to its heap. */
const containerKilobytes = 512 * 1024;
const mostRequests = 2_600;
const longestAnswer = 200_000;

/** Pages without end, answers without end, and what becomes large when it is unpacked. */
export async function endlessAnswers(attack: Attack, inputs: number): Promise<void> {
  const area = 'endless answers';
  const { sandbox, tally, texts } = attack;
  const service = await startEndlessService(sandbox, texts);
  const server = await open(attack, {
    AUTOTASK_ZONE_URL: service.url,
    NODE_OPTIONS: '--max-old-space-size=256',
  });
  await server.call(area, 'describe-entity-fields', { entity: 'Tickets' });
  const calls: readonly (readonly [string, Record<string, unknown>])[] = [
    ['query-entity', { entity: 'Tickets', query: { id: { gt: 0 } }, maxRecords: 500 }],
    ['aggregate-entity', { entity: 'Tickets', groupBy: ['title'] }],
    ['search-tickets', {}],
    ['get-ticket', { id: 101975 }],
    ['query-entity', { entity: 'Tickets', orderBy: 'title desc' }],
  ];
  for (let made = 0; attack.more(made, inputs); made += 2) {
    const how = service.next();
    service.asked = 0;
    const answers = await together(2, (index) => {
      const [name, args] = calls[(made + index) % calls.length] ?? ['get-version', {}];
      return server.call(area, name, args);
    });
    if (service.asked > 2 * mostRequests) tally.violation(area, `sends ${service.asked} requests`, how);
    const longest = Math.max(...answers.map(({ text }) => text.length));
    if (longest > longestAnswer) tally.violation(area, `answers ${longest} characters`, how);
  }
  if (process.platform === 'linux' && server.pid !== null) {
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);
    if (peak > containerKilobytes) tally.violation(area, `takes ${Math.round(peak / 1024)} MB`, '');
  }
  await server.close();
  await service.close();
}
