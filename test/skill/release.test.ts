import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { without } from './support/tools.js';
import { repository } from './support/world.js';

const text = readFileSync(join(repository, '.github/workflows/release.yml'), 'utf8');
const step = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflow = z
  .object({
    on: z.object({ push: z.object({ tags: z.array(z.string()) }) }),
    permissions: z.record(z.string(), z.string()),
    jobs: z.record(
      z.string(),
      z.object({
        needs: z.unknown().optional(),
        permissions: z.record(z.string(), z.string()).optional(),
        steps: z.array(step),
      }),
    ),
  })
  .parse(parse(text));
const steps = (job: string) => workflow.jobs[job]?.steps ?? [];
const runs = (job: string) =>
  steps(job)
    .map(({ run }) => run ?? '')
    .join('\n');

function shell(script: string, cwd: string, env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'step-'));
  const output = join(folder, 'github-output');
  writeFileSync(output, '');
  const done = spawnSync('bash', ['-e', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', GITHUB_OUTPUT: output, ...env },
  });
  const said = readFileSync(output, 'utf8');
  rmSync(folder, { recursive: true });
  return { status: done.status, stderr: done.stderr, output: said };
}

describe('release workflow', () => {
  it('runs on version tags, after the tests, with no right by default but to read', () => {
    expect(workflow.on.push.tags).toEqual(['v*.*.*']);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(runs('test')).toContain('.ci/run');
    for (const job of ['image', 'npm', 'files']) expect([workflow.jobs[job]?.needs].flat()).toContain('test');
  });

  it('builds and publishes the image for amd64 and arm64, with provenance and a bill of materials', () => {
    const push = steps('image').find(({ id }) => id === 'push');
    expect(push?.with).toMatchObject({
      platforms: 'linux/amd64,linux/arm64',
      push: true,
      provenance: 'mode=max',
      sbom: true,
    });
  });

  it('tests the image confined before it is pushed', () => {
    const order = steps('image').map(({ id, run }) =>
      id === 'push' ? 'push' : (run ?? '').includes('--read-only') ? 'test' : '',
    );
    expect(order.filter((what) => what !== '')).toEqual(['test', 'push']);
  });

  it('signs the digest and attests where image and files were built', () => {
    expect(runs('image')).toContain('cosign sign --yes "$IMAGE@$DIGEST"');
    for (const job of ['image', 'files'])
      expect(steps(job).some(({ uses }) => uses?.startsWith('actions/attest-build-provenance@'))).toBe(true);
  });

  it('publishes npm package, bundle and skill', () => {
    expect(runs('npm')).toContain('npm publish --provenance');
    expect(runs('files')).toMatch(/npm run bundle:mcpb[\s\S]*autotask-mcp-skill[\s\S]*gh release create/);
  });

  it.skipIf(without('shellcheck'))(
    'every part that is scripted is read by bash, and shellcheck finds nothing',
    () => {
      for (const job of Object.keys(workflow.jobs)) {
        for (const { run } of steps(job)) {
          if (run === undefined) continue;
          const done = spawnSync('shellcheck', ['--shell', 'bash', '--exclude', 'SC2016,SC2153', '-'], {
            input: run,
            encoding: 'utf8',
          });
          if (done.error !== undefined)
            throw new Error(`shellcheck (Debian package shellcheck): ${done.error.message}`);
          expect({ run, found: done.stdout }).toEqual({ run, found: '' });
        }
      }
    },
  );

  it('registry and names come from the owner of the repository', () => {
    const names = steps('test').find(({ id }) => id === 'names')?.run ?? '';
    const { status, output } = shell(names, repository, {
      OWNER: 'Some-Owner',
      TAG: `v${packageJson.version}`,
    });
    expect({ status, lines: output.trim().split('\n') }).toEqual({
      status: 0,
      lines: [
        `version=${packageJson.version}`,
        'owner=some-owner',
        'image=ghcr.io/some-owner/autotask-mcp',
        'latest=true',
      ],
    });
    expect(text.match(/ghcr\.io(?!$|\/\$owner\/)/gm)).toBeNull();
  });

  it('a tag that is not the version of the package stops it', () => {
    const names = steps('test').find(({ id }) => id === 'names')?.run ?? '';
    expect(shell(names, repository, { OWNER: 'some-owner', TAG: 'v99.0.0' })).toMatchObject({
      status: 1,
      output: '',
    });
  });

  it('the packed skill names the image of its owner and holds no file of this checkout', () => {
    const copy = mkdtempSync(join(tmpdir(), 'release-'));
    cpSync(join(repository, 'skill'), join(copy, 'skill'), {
      recursive: true,
      filter: (path) => !/\/(\.env|logs|\.pinned-digest)$/.test(path),
    });
    const pack = steps('files').find(({ name }) => name?.startsWith('The skill'))?.run ?? '';
    const { status } = shell(pack, copy, { IMAGE: 'ghcr.io/some-owner/autotask-mcp', VERSION: '1.2.3' });
    const packed = spawnSync(
      'tar',
      ['-xzOf', 'autotask-mcp-skill-1.2.3.tar.gz', 'autotask-mcp/.env.example.txt'],
      { cwd: copy, encoding: 'utf8' },
    );
    expect(existsSync(join(copy, 'autotask-mcp-skill-1.2.3.tar.gz'))).toBe(true);
    rmSync(copy, { recursive: true });
    expect({ status, packed: packed.stdout }).toEqual({
      status: 0,
      packed: expect.stringContaining('\nAUTOTASK_MCP_IMAGE=ghcr.io/some-owner/autotask-mcp:latest\n'),
    });
  });
});
