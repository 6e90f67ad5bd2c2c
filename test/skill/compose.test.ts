import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { composeClient, without } from './support/tools.js';
import { repository, skill } from './support/world.js';

const file = z.object({
  services: z.object({ 'autotask-mcp': z.record(z.string(), z.unknown()) }),
  secrets: z.record(z.string(), z.object({ file: z.string() })).optional(),
});
const read = (folder: string) => file.parse(parse(readFileSync(join(folder, 'docker-compose.yml'), 'utf8')));
const ofSkill = read(skill);
const service = ofSkill.services['autotask-mcp'];
const ofRepository = read(repository).services['autotask-mcp'];

describe('container hardening', () => {
  it.each([
    ['localhost-only binding: port 8080 on 127.0.0.1 and nowhere else', 'ports', ['127.0.0.1:8080:8080']],
    ['read-only filesystem', 'read_only', true],
    ['dropped capabilities: all', 'cap_drop', ['ALL']],
    ['no privilege escalation', 'security_opt', ['no-new-privileges:true']],
    [
      'tmpfs for temp files: /tmp, 64 MB, noexec, nosuid',
      'tmpfs',
      ['/tmp:size=64m,mode=1777,noexec,nosuid,nodev'],
    ],
    ['resource limits: memory 512 MB', 'mem_limit', '512m'],
    ['resource limits: no swap on top', 'memswap_limit', '512m'],
    ['resource limits: CPU 1 core', 'cpus', 1],
    ['resource limits: 64 PIDs', 'pids_limit', 64],
    [
      'log rotation: 3 files of 10 MB',
      'logging',
      { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    ],
    ['an init that reaps', 'init', true],
    ['restart policy', 'restart', 'unless-stopped'],
    ['secrets as files', 'secrets', ['autotask_env', 'autotask_http_token']],
    ['user other than root unless the scripts say so', 'user', `\${AUTOTASK_MCP_USER:-65532:65532}`],
    ['nothing pulled behind the scripts', 'pull_policy', 'never'],
  ])('%s', (_, key, value) => {
    expect(service[key]).toEqual(value);
  });

  it('healthcheck: the question of the image, asked every 15 seconds', () => {
    expect(service.healthcheck).toEqual({ interval: '15s', timeout: '5s', retries: 3, start_period: '30s' });
  });

  it('no credential in the environment: .env and the token come as files', () => {
    expect(service.env_file).toBeUndefined();
    expect(service.environment).toEqual({
      AUTOTASK_TRANSPORT: 'http',
      AUTOTASK_HTTP_HOST: '0.0.0.0',
      PORT: '8080',
      AUTOTASK_HTTP_ALLOWED_HOSTS: 'localhost',
      AUTOTASK_HTTP_TOKEN_FILE: '/run/secrets/autotask_http_token',
      NODE_ENV: `\${NODE_ENV:-production}`,
    });
    expect(Object.values(ofSkill.secrets ?? {}).map((secret) => secret.file)).toEqual([
      './.env',
      expect.stringMatching(/^\$\{AUTOTASK_MCP_TOKEN_FILE:\?/),
    ]);
  });

  it('the Compose file of the repository confines the container in the same way', () => {
    const same = [
      'read_only',
      'cap_drop',
      'security_opt',
      'tmpfs',
      'mem_limit',
      'memswap_limit',
      'cpus',
      'pids_limit',
      'logging',
      'init',
      'restart',
      'stop_grace_period',
    ];
    for (const key of same) expect({ [key]: ofRepository[key] }).toEqual({ [key]: service[key] });
    expect(ofRepository.ports).toEqual(['127.0.0.1:3000:3000']);
    expect(ofRepository.env_file).toBe('.env');
  });
});

describe.skipIf(without('docker-compose'))('docker compose config', () => {
  it.each([
    ['skill', skill],
    ['repository', repository],
  ])('reads the file of the %s and means the same', (_, folder) => {
    const copy = mkdtempSync(join(tmpdir(), 'compose-'));
    writeFileSync(join(copy, 'docker-compose.yml'), readFileSync(join(folder, 'docker-compose.yml')));
    writeFileSync(join(copy, '.env'), 'AUTOTASK_HTTP_TOKEN=not-a-real-token-at-all\n');
    const [program = '', ...words] = composeClient;
    const done = spawnSync(program, [...words, '--project-name', 'autotask-mcp', 'config'], {
      cwd: copy,
      env: {
        PATH: process.env.PATH ?? '',
        AUTOTASK_MCP_IMAGE: 'registry.example/owner/autotask-mcp:1',
        AUTOTASK_MCP_TOKEN_FILE: '/home/somebody/http-token',
      },
      encoding: 'utf8',
    });
    rmSync(copy, { recursive: true });
    if (done.error !== undefined)
      throw new Error(
        `docker compose or docker-compose (Debian package docker-compose): ${done.error.message}`,
      );
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    const meant = file.parse(parse(done.stdout)).services['autotask-mcp'];
    expect(meant).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      pids_limit: 64,
      init: true,
      image: 'registry.example/owner/autotask-mcp:1',
    });
    expect(JSON.stringify(meant.ports)).toContain('127.0.0.1');
  });
});
