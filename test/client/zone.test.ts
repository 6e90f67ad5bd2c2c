import { describe, expect, it } from 'vitest';
import { createReader, createWriter } from '../../src/client/index.js';
import { apiBase, discoveryAddress, readZone } from '../../src/client/zone/discovery.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

const search = { filter: [] };
const unauthorized = { status: 401, body: '', headers: { 'www-authenticate': 'Basic Realm="example"' } };

describe('zone discovery', () => {
  it('asks once, at the first call, with the user name and without any credential', async () => {
    const fake = await fakeTenant(() => ({ body: oneTicket }));
    const settings = fake.settings();
    const reader = createReader(settings);
    expect(fake.zoneCalls).toHaveLength(0);
    await Promise.all([
      reader.query('Tickets', search, { limit: 1 }),
      reader.count('Companies', []).catch(() => 0),
    ]);
    await reader.query('Tickets', search, { limit: 2 });
    expect(fake.zoneCalls).toHaveLength(1);
    const [asked] = fake.zoneCalls;
    expect(asked?.url).toContain(`user=${encodeURIComponent(settings.credentials.userName)}`);
    expect(asked?.headers).not.toHaveProperty('secret');
    expect(asked?.headers).not.toHaveProperty('apiintegrationcode');
    expect(JSON.stringify(asked)).not.toContain(settings.credentials.secret);
    expect(fake.calls[0]?.headers.secret).toBe(settings.credentials.secret);
  });

  it('quirk 27: adds the version to a zone address with a trailing slash, and pins V1.0', async () => {
    const fake = await fakeTenant(() => ({ body: oneTicket }));
    await createReader(fake.settings()).query('Tickets', search, { limit: 1 });
    expect(fake.calls.map((call) => call.url)).toEqual(['/ATServicesRest/V1.0/Tickets/query']);
  });

  it.each(['', '/', '/V1.0', '/V1.0/', '/v1.0/', '//'])(
    'takes a pinned address ending in "%s"',
    async (end) => {
      const fake = await fakeTenant(() => ({ body: oneTicket }));
      const reader = createReader(fake.settings({ apiUrl: `${fake.url}ATServicesRest${end}` }));
      await reader.query('Tickets', search, { limit: 1 });
      expect(fake.zoneCalls).toHaveLength(0);
      expect(fake.calls[0]?.url).toBe('/ATServicesRest/V1.0/Tickets/query');
      expect(await reader.zone()).toMatchObject({ webUrl: null, name: null });
    },
  );

  it('takes a discovery address as a host, with the service, or with the version', () => {
    const expected = 'https://webservices.example/ATServicesRest/V1.0/zoneInformation?user=a%40b.example';
    for (const end of ['', '/', '/ATServicesRest', '/atservicesrest/v1.0/']) {
      expect(discoveryAddress(`https://webservices.example${end}`, 'a@b.example')).toBe(expected);
    }
  });

  it('names the setting when an address is none', async () => {
    const error = await failureOf(
      (async () => createReader((await fakeTenant(() => ({}))).settings({ apiUrl: 'webservices5' })))(),
    );
    expect(error.kind).toBe('configuration');
    expect(error.next).toContain('AUTOTASK_API_URL');
    expect(() => apiBase('ftp://example.com')).toThrow(/not an http/);
  });

  it('tells the operator when Autotask knows no zone for the user', async () => {
    const fake = await fakeTenant(
      () => ({ body: oneTicket }),
      () => ({ status: 500, body: { errors: ['Zone information could not be determined'] } }),
    );
    const error = await failureOf(createReader(fake.settings()).query('Tickets', search, { limit: 1 }));
    expect(error).toMatchObject({ kind: 'zone', status: 500, actor: 'operator' });
    expect(error.upstream).toEqual(['Zone information could not be determined']);
    expect(fake.zoneCalls).toHaveLength(1);
    expect(fake.calls).toHaveLength(0);
  });

  it('tells the operator when a credential cannot be sent at all', async () => {
    const fake = await fakeTenant(() => ({ body: oneTicket }));
    const settings = fake.settings();
    const credentials = { ...settings.credentials, secret: 'with a line break\n' };
    const error = await failureOf(createWriter({ ...settings, credentials }).create('Tickets', {}));
    expect(error).toMatchObject({ kind: 'configuration', actor: 'operator' });
    expect(error.next).toContain('line breaks');
    expect(fake.calls).toHaveLength(0);
  });

  it('refuses a zone that is not encrypted or lies outside of Autotask', () => {
    const asked = 'https://webservices.autotask.net/ATServicesRest/V1.0/zoneInformation';
    expect(() => readZone({ url: 'http://webservices2.autotask.net/ATServicesRest/' }, asked)).toThrow(
      /encrypted/,
    );
    const plain = 'http://10.0.0.7/ATServicesRest/V1.0/zoneInformation';
    for (const host of ['10.0.0.7', 'proxy.example', 'localhost.example', '127.0.0.1.example', '[::2]']) {
      const url = `http://${host}/ATServicesRest/`;
      expect(() => readZone({ url }, plain), host).toThrow(/not encrypted/);
    }
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]']) {
      const url = `http://${host}/ATServicesRest/`;
      expect(readZone({ url }, plain).apiUrl, host).toBe(`${url}V1.0/`);
    }
    expect(() => readZone({ url: 'https://example.com/ATServicesRest/' }, asked)).toThrow(/outside/);
    expect(readZone({ url: 'https://webservices2.autotask.net//ATServicesRest/' }, asked).apiUrl).toBe(
      'https://webservices2.autotask.net/ATServicesRest/V1.0/',
    );
  });
});

describe('quirk 2: 401 has an empty body and three causes', () => {
  it('names them, asks for the zone once more and does not repeat the request', async () => {
    const fake = await fakeTenant(() => unauthorized);
    const error = await failureOf(createReader(fake.settings()).item('Tickets/1'));
    expect(error).toMatchObject({ kind: 'credentials', status: 401, actor: 'operator' });
    expect(error.message).toMatch(/secret.*locked.*another zone/);
    expect(fake.calls).toHaveLength(1);
    expect(fake.zoneCalls).toHaveLength(2);
  });

  it('stops sending after three refusals in a row, because failures lock the user', async () => {
    const fake = await fakeTenant(() => unauthorized);
    const reader = createReader(fake.settings());
    for (const id of [1, 2, 3, 4, 5]) {
      expect((await failureOf(reader.item(`Tickets/${id}`))).kind).toBe('credentials');
    }
    expect(fake.calls).toHaveLength(3);
  });

  it('repeats a read at the new zone when the tenant has moved', async () => {
    const newHome = await fakeTenant(() => ({ body: { item: { id: 1, title: 'moved' } } }));
    const oldHome = await fakeTenant(
      () => unauthorized,
      (_seen, index, fake) => ({ body: { url: `${index === 0 ? fake.url : newHome.url}ATServicesRest/` } }),
    );
    const reader = createReader(oldHome.settings());
    expect(await reader.item('Tickets/1')).toMatchObject({ title: 'moved' });
    expect((await reader.zone()).apiUrl).toBe(`${newHome.url}ATServicesRest/V1.0/`);
    expect([oldHome.calls.length, newHome.calls.length, oldHome.zoneCalls.length]).toEqual([1, 1, 2]);
  });

  it('does not repeat a write after a move, but uses the new zone for the next one', async () => {
    const newHome = await fakeTenant(() => ({ body: { itemId: 9 } }));
    const oldHome = await fakeTenant(
      () => unauthorized,
      (_seen, index, fake) => ({ body: { url: `${index === 0 ? fake.url : newHome.url}ATServicesRest/` } }),
    );
    const writer = createWriter(oldHome.settings());
    const error = await failureOf(writer.create('Tickets', { title: 'x' }));
    expect(error.message).toMatch(/moved.*Nothing was written/);
    expect(newHome.calls).toHaveLength(0);
    expect(await writer.create('Tickets', { title: 'x' })).toBe(9);
  });

  it('never looks again for a pinned zone', async () => {
    const fake = await fakeTenant(() => unauthorized);
    const reader = createReader(fake.settings({ apiUrl: `${fake.url}ATServicesRest` }));
    expect((await failureOf(reader.item('Tickets/1'))).kind).toBe('credentials');
    expect(fake.zoneCalls).toHaveLength(0);
    expect(fake.calls).toHaveLength(1);
  });
});

describe('a zone over plain http on another machine', () => {
  it('gets nothing when discovery names it, and is used when the operator pins it', async () => {
    const named = 'http://autotask-mcp.invalid/ATServicesRest/';
    const fake = await fakeTenant(
      () => ({ body: oneTicket }),
      () => ({ body: { url: named, webUrl: named, zoneName: 'Test' } }),
    );
    const error = await failureOf(createReader(fake.settings()).query('Tickets', search, { limit: 1 }));
    expect(error).toMatchObject({ kind: 'zone', actor: 'operator' });
    expect(error.message).toContain('http://autotask-mcp.invalid, which is not encrypted');
    expect(error.next).toContain('AUTOTASK_API_URL');
    const pinned = createReader(fake.settings({ apiUrl: named, tuning: { retries: 0 } }));
    expect((await failureOf(pinned.query('Tickets', search, { limit: 1 }))).message).toContain('host name');
  });
});
