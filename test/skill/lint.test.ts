import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { without } from './support/tools.js';
import { skill } from './support/world.js';

const folder = join(skill, 'scripts');
const files = readdirSync(folder).sort();
const shared = ['cron.sh', 'image.sh', 'lib.sh'];
const scripts = files.filter((name) => !shared.includes(name));
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('scripts', () => {
  it('are those of the project structure', () => {
    expect(scripts).toEqual([
      'cron_install.sh',
      'cron_uninstall.sh',
      'mcp_down.sh',
      'mcp_logs.sh',
      'mcp_pin_digest.sh',
      'mcp_pull.sh',
      'mcp_up.sh',
      'mcp_update.sh',
    ]);
  });

  it.skipIf(without('shellcheck'))('shellcheck finds nothing', () => {
    const done = spawnSync('shellcheck', ['--external-sources', ...files], { cwd: folder, encoding: 'utf8' });
    if (done.error !== undefined)
      throw new Error(`shellcheck (Debian package shellcheck): ${done.error.message}`);
    expect({ status: done.status, stdout: done.stdout }).toEqual({ status: 0, stdout: '' });
  });

  it.each(scripts)('%s: bash, set -euo pipefail, executable', (name) => {
    const lines = text(name).split('\n');
    expect(lines[0]).toBe('#!/usr/bin/env bash');
    expect(lines.find((line) => line !== '' && !line.startsWith('#'))).toBe('set -euo pipefail');
    expect(statSync(join(folder, name)).mode & 0o111).toBe(0o111);
  });

  it.each(files)('%s keeps to the bash of macOS, version 3.2', (name) => {
    const later =
      /\b(mapfile|readarray|coproc)\b|declare -[An]|local -n|\$\{\w+(\[\d\])?(,,?|\^\^?|@\w)|&>>|\|&|\bprintf -v\b.*\[|\$EPOCH/;
    expect(
      text(name)
        .split('\n')
        .filter((line) => later.test(line)),
    ).toEqual([]);
  });

  it.each(files)('%s keeps to options that the tools of macOS have, too', (name) => {
    const onlyGnu =
      /\b(realpath|timeout|flock|tac|seq|sha256sum|numfmt|shuf)\b|readlink -|sed -(i|r|z)|stat -c|date -d|grep -P|xargs -r|cp -a|sort -V|mktemp( -\w+)*( --|\)|$)|ch(mod|own) \S+ --|head -n -|sleep \d+[.smh]|\becho -[en]/;
    expect(
      text(name)
        .split('\n')
        .filter((line) => !line.trim().startsWith('#') && onlyGnu.test(line)),
    ).toEqual([]);
  });

  it.each(files)('%s never sources .env and never traces', (name) => {
    expect(text(name)).not.toMatch(/(source|\.) +"?\$\{?env_file|set -\w*x|eval/);
  });
});
