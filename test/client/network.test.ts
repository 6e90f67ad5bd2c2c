import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createReader } from '../../src/client/index.js';
import { failureOf, fakeTenant } from './setup.js';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const ticket = { body: { item: { id: 1 } } };

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('proxies', () => {
  const seen: string[] = [];
  const proxy = createHttpServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const onward = request(
      incoming.url ?? '',
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(onward);
  });
  proxy.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    const [host = '', port = ''] = String(incoming.url).split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  let address = '';
  beforeAll(async () => {
    address = `http://user:proxy-password@127.0.0.1:${await listen(proxy)}`;
  });
  afterEach(() => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) delete process.env[name];
    seen.length = 0;
  });
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  it('HTTP_PROXY carries discovery and calls', async () => {
    const fake = await fakeTenant(() => ticket);
    process.env.HTTP_PROXY = address;
    const reader = createReader(fake.settings());
    expect(await reader.item('Tickets/1')).toEqual({ id: 1 });
    expect(seen.map((line) => line.replace(/\?.*/, ''))).toEqual([
      `GET ${fake.url}ATServicesRest/V1.0/zoneInformation`,
      `GET ${fake.url}ATServicesRest/V1.0/Tickets/1`,
    ]);
  });

  it('NO_PROXY is obeyed', async () => {
    const fake = await fakeTenant(() => ticket);
    process.env.HTTP_PROXY = address;
    process.env.NO_PROXY = 'localhost,127.0.0.1';
    expect(await createReader(fake.settings()).item('Tickets/1')).toEqual({ id: 1 });
    expect(seen).toEqual([]);
  });

  it('HTTPS_PROXY opens a tunnel, and its password is in no message', async () => {
    process.env.HTTPS_PROXY = address;
    const lines: string[] = [];
    const fake = await fakeTenant(() => ticket);
    const reader = createReader(
      fake.settings({
        apiUrl: 'https://127.0.0.1:9/ATServicesRest',
        tuning: { retries: 1 },
        log: (_level, message) => lines.push(message),
      }),
    );
    const error = await failureOf(reader.item('Tickets/1'));
    expect(error.kind).toBe('unavailable');
    expect(seen[0]).toBe('CONNECT 127.0.0.1:9');
    expect(`${lines.join()} ${error.stack} ${error.cause}`).not.toContain('proxy-password');
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  let hasOpenssl = true;
  try {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const files = ['-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], {
      stdio: 'ignore',
    });
  } catch {
    hasOpenssl = false;
  }
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(!hasOpenssl)(
    'trusts NODE_EXTRA_CA_CERTS, and otherwise tells the operator about it',
    async () => {
      const server = createHttpsServer(
        { key: readFileSync(key), cert: readFileSync(certificate) },
        (_request, response) => response.end('{"item":{"id":1}}'),
      );
      const apiUrl = `https://127.0.0.1:${await listen(server)}/ATServicesRest`;
      const fake = await fakeTenant(() => ticket);
      const error = await failureOf(createReader(fake.settings({ apiUrl })).item('Tickets/1'));
      expect(error).toMatchObject({ kind: 'configuration', actor: 'operator' });
      expect(error.next).toContain('NODE_EXTRA_CA_CERTS');

      const settings = { ...fake.settings({ apiUrl }), log: undefined };
      const script = `
      import { createReader } from ${JSON.stringify(new URL('../../src/client/index.ts', import.meta.url).href)};
      const reader = createReader({ ...${JSON.stringify(settings)}, log() {} });
      process.stdout.write(JSON.stringify(await reader.item('Tickets/1')));`;
      const { stdout } = await run(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script],
        {
          env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
        },
      );
      server.closeAllConnections();
      server.close();
      expect(stdout).toBe('{"id":1}');
    },
  );
});

describe('start-up', () => {
  it('loads neither the HTTP library nor proxy agents before the first request', async () => {
    const made = await rolldown({ input: join(root, 'src/client/index.ts'), platform: 'node' });
    const { output } = await made.generate({ format: 'esm' });
    await made.close();
    const chunks = output.filter((file) => file.type === 'chunk');
    const loadedAtStart = ({ moduleIds, imports }: (typeof chunks)[number]): string[] => [
      ...moduleIds.map((id) => relative(root, id)),
      ...chunks.filter(({ fileName }) => imports.includes(fileName)).flatMap(loadedAtStart),
    ];
    const inputs = chunks.filter(({ isEntry }) => isEntry).flatMap(loadedAtStart);
    expect(inputs).toContain('src/client/client-core.ts');
    // The interface of traces, which does nothing by itself.
    const libraries = inputs.filter((input) => /node_modules\/(?!@opentelemetry\/api\/)/.test(input));
    expect(libraries).toEqual([]);
  });
});
