import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { error: noOpenssl } = spawnSync('openssl', ['version']);
export const hasOpenssl = noOpenssl === undefined;

export interface Certificates {
  /** Paths of PEM files. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate for these names, from an authority that nobody else knows. */
export function makeCertificates(folder: string, names = 'DNS:localhost,IP:127.0.0.1'): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...fresh,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  );
  openssl('req', ...fresh, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost');
  writeFileSync(at('names'), `subjectAltName=${names}\n`);
  const signed = [
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('server.csr'), '-out', at('server.pem'), ...signed);
  return { ca: at('ca.pem'), cert: at('server.pem'), key: at('server.key') };
}
