import { describe, expect, it } from 'vitest';
import { createLog, logLevels } from '../src/log.js';
import { createRedactor } from '../src/redact.js';

describe('log', () => {
  it.each(logLevels)('at level %s writes that level and above, one line each', (level) => {
    const lines: string[] = [];
    const log = createLog({ level, secrets: [], write: (line) => lines.push(line) });
    for (const each of logLevels) log(each, `about ${each}\nand more`);
    expect(lines).toHaveLength(logLevels.length - logLevels.indexOf(level));
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \w+ about \w+\\nand more\n$/);
  });

  it('in the format json writes one object per line', () => {
    const lines: string[] = [];
    const log = createLog({
      level: 'info',
      format: 'json',
      secrets: ['hunter2'],
      write: (line) => lines.push(line),
    });
    log('warning', 'said "hunter2"\nand more');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines.join(''))).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'warning',
      message: 'said "[redacted]"\\nand more',
    });
  });

  it('does not let a message forge lines or steer the terminal', () => {
    const lines: string[] = [];
    createLog({ level: 'debug', secrets: [], write: (line) => lines.push(line) })(
      'info',
      'a\r\n\u001b[2Jb\u2028c',
    );
    expect(lines.join('')).toMatch(/ info a\\n\[2Jb\\nc\n$/);
  });

  it.each(logLevels)('hides secrets at level %s', (level) => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', secrets: ['hunter/2 é'], write: (line) => lines.push(line) });
    for (const form of ['hunter/2 é', 'hunter%2F2%20%C3%A9', 'hunter\\/2 \\u00e9', btoa('x:hunter/2 ')]) {
      log(level, `user said ${form}.`);
    }
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/hunter/i);
    expect(lines.slice(0, 3).every((line) => line.endsWith('user said [redacted].\n'))).toBe(true);
  });
});

describe('redactor', () => {
  it('leaves other text alone', () => {
    const redact = createRedactor(['hunter2-hunter2', '', 'ab']);
    const text = 'Autotask refused POST Tickets. abc hunter2';
    expect(redact(text)).toBe(text);
    expect(createRedactor([])(text)).toBe(text);
  });

  it('hides the longer of two secrets that begin alike', () => {
    expect(createRedactor(['secret', 'secret-longer'])('x secret-longer y')).toBe('x [redacted] y');
  });

  it('stays fast on long text of backslashes and percent signs', () => {
    const redact = createRedactor(['a\\b%c"d\\\\e'.repeat(4)]);
    const text = `${'\\'.repeat(20_000)}${'%25'.repeat(20_000)}`;
    expect(redact(text)).toBe(text);
  });
});
