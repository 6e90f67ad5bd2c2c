import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Limits } from '../../src/sandbox/http/limits.js';
import { type Fault, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Caller, callerOf, everything } from './caller.js';

let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  sandbox = await startSandbox({ scale: 0.05 });
  call = callerOf(sandbox);
});
afterEach(() => sandbox.close());

const companies = async () =>
  (
    await call('POST', 'Companies/query/count', {
      filter: [{ op: 'eq', field: 'companyName', value: 'Fault Test' }],
    })
  ).body.queryCount;
const newCompany = {
  companyName: 'Fault Test',
  companyType: 1,
  ownerResourceID: 29682885,
  phone: '5550000000',
};

describe('answers instead of the service’s', () => {
  const cases: readonly (readonly [Fault, number, RegExp, Readonly<Record<string, string | null>>])[] = [
    [{ kind: 'unauthorized' }, 401, /^$/, { 'content-length': '0' }],
    [{ kind: 'forbidden' }, 403, /errors/, {}],
    [{ kind: 'limited' }, 429, /Itgenatr005/, { 'retry-after': null }],
    [{ kind: 'limited', retryAfter: 2 }, 429, /errors/, { 'retry-after': '2' }],
    [{ kind: 'serverError' }, 500, /^(?!.*"errors")/, {}],
    [{ kind: 'serverError', errors: ['Broken'] }, 500, /\{"errors":\["Broken"\]\}/, {}],
    [{ kind: 'unavailable', retryAfter: 1 }, 503, /<html>/, { 'retry-after': '1' }],
    [{ kind: 'html', status: 200 }, 200, /<html>.*maintenance/s, { 'content-type': 'text/html' }],
    [{ kind: 'html', status: 404 }, 404, /<html>/, { 'content-type': 'text/html' }],
  ];
  test.each(cases)('%j', async (fault, status, text, headers) => {
    sandbox.faults.add({ fault, path: 'Companies', times: 1 });
    const answer = await call('POST', 'Companies', newCompany);
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(text)]);
    for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toBe(value);
    // The write did not happen, and the fault struck only once.
    expect(await companies()).toBe(0);
  });
});

test.each([
  [
    { kind: 'stored', status: 500, errors: ['Execution Timeout Expired'] },
    '{"errors":["Execution Timeout Expired"]}',
  ],
  [{ kind: 'stored', status: 401 }, ''],
] as const)('%j does what was asked and answers something else', async (fault, text) => {
  sandbox.faults.add({ fault, path: 'Companies', method: 'POST', times: 1 });
  const answer = await call('POST', 'Companies', newCompany);
  expect([answer.status, answer.text]).toEqual([fault.status, text]);
  expect(await companies()).toBe(1);
});

test('rules aim at a path, a verb and a turn, and can be taken away', async () => {
  const remove = sandbox.faults.add({
    fault: { kind: 'unavailable' },
    path: /^V1\.0\/Tickets\/query$/,
    method: 'POST',
    after: 1,
    times: 1,
  });
  const statuses = [];
  for (let i = 0; i < 3; i++)
    statuses.push((await call('POST', 'Tickets/query', { filter: everything })).status);
  expect(statuses).toEqual([200, 503, 200]);
  remove();
  sandbox.faults.add({ fault: { kind: 'forbidden' } });
  expect((await call('GET', 'Version')).status).toBe(403);
  sandbox.faults.clear();
  expect((await call('GET', 'Version')).status).toBe(200);
});

test('latency delays, hanging never answers', async () => {
  sandbox.faults.add({ fault: { kind: 'latency', ms: 80 }, path: 'Version' });
  const start = performance.now();
  await call('GET', 'Version');
  expect(performance.now() - start).toBeGreaterThanOrEqual(75);
  sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Modules' });
  const never = fetch(`${sandbox.apiUrl}V1.0/Modules`, { signal: AbortSignal.timeout(150) });
  await expect(never).rejects.toThrow(/timeout/i);
});

test('a broken connection before the write leaves nothing, after it the record', async () => {
  for (const [when, expected] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    sandbox.faults.add({ fault: { kind: 'reset', when }, path: 'Companies', method: 'POST', times: 1 });
    await expect(call('POST', 'Companies', newCompany)).rejects.toThrow();
    expect([when, await companies()]).toEqual([when, expected]);
  }
});

test('a truncated body breaks off', async () => {
  sandbox.faults.add({ fault: { kind: 'truncated' }, path: 'Companies/query' });
  await expect(call('POST', 'Companies/query', { filter: everything })).rejects.toThrow();
});

test('a foreign next page names another host and nothing else changes', async () => {
  sandbox.faults.add({
    fault: { kind: 'foreignPaging', base: 'https://evil.example/' },
    path: 'Companies/query',
  });
  const { body } = await call('POST', 'Companies/query', { filter: everything, MaxRecords: 1 });
  expect(body.pageDetails.nextPageUrl).toMatch(/^https:\/\/evil\.example\/Companies\/query\/next/);
});

test('a tenant that moved is 401 at the old zone and found by discovery', async () => {
  const old = sandbox.apiUrl;
  sandbox.moveZone();
  expect((await call('GET', `${old}V1.0/Version`)).status).toBe(401);
  const zone = await fetch(
    `${sandbox.url}ATServicesRest/V1.0/zoneInformation?user=${sandbox.credentials.userName}`,
  );
  const { url } = JSON.parse(await zone.text());
  expect(url).toBe(sandbox.apiUrl);
  expect(url).not.toBe(old);
  expect((await call('GET', 'Version')).status).toBe(200);
});

test('the log knows every request with path, headers and body', async () => {
  await call('POST', 'tickets//query', { filter: everything }, { 'X-Mine': 'yes' });
  expect(sandbox.requests).toHaveLength(1);
  expect(sandbox.requests[0]).toMatchObject({
    method: 'POST',
    path: 'V1.0/tickets//query',
    search: '',
    body: { filter: everything },
    headers: { 'x-mine': 'yes', username: sandbox.credentials.userName },
  });
  sandbox.clearRequests();
  expect(sandbox.requests).toEqual([]);
});

describe('limits', () => {
  test('a fourth request at a time on one endpoint is 429 in the words of the service', async () => {
    sandbox.faults.add({ fault: { kind: 'latency', ms: 1 } });
    const slow = await startSandbox({ scale: 0.05, limits: { latencySteps: true, threshold: 8 } });
    const ask = callerOf(slow);
    // Four requests fill half of the hour; from then on each takes half a second and they overlap.
    for (let i = 0; i < 4; i++) await ask('GET', 'Version');
    const answers = await Promise.all([
      ...[1, 2, 3, 4].map(() => ask('GET', 'Companies/175')),
      ask('GET', 'Contacts/1'),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect([...statuses].sort()).toEqual([200, 200, 200, 200, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.errors[0]).toContain(
      'The Autotask API thread threshold of 3 threads has been exceeded.',
    );
    expect(refused?.headers.get('retry-after')).toBeNull();
    // The hour is used up now: eight were counted, the refused one was not.
    expect((await ask('GET', 'Version')).status).toBe(429);
    await slow.close();
  });

  test('the count rolls: what is older than an hour is gone', () => {
    const limits = new Limits({ threshold: 2 });
    expect([limits.count(0), limits.count(1000), limits.count(2000)]).toEqual([true, true, false]);
    expect(limits.requestsInHour(3_600_500)).toBe(1);
    expect(limits.count(3_600_500)).toBe(true);
  });
});

test('wrong credentials can be told apart where zones do', async () => {
  const talkative = await startSandbox({ behaviour: { wrongCredential: '500' } });
  const ask = callerOf(talkative);
  expect((await ask('GET', 'Version', undefined, { UserName: 'nobody' })).status).toBe(500);
  expect((await ask('GET', 'Version', undefined, { Secret: 'x' })).status).toBe(401);
  expect((await ask('GET', 'Version', undefined, { ApiIntegrationCode: 'x' })).body.errors).toEqual([
    'IntegrationCode is invalid',
  ]);
  await talkative.close();
});
