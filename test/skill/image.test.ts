import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, type Stage } from './support/image.js';
import { repository } from './support/world.js';

let image: Stage;
beforeAll(() => {
  image = build(readFileSync(join(repository, 'Dockerfile'), 'utf8'), repository, {
    VERSION: '1.2.3', REVISION: 'abc', SOURCE: 'https://git.example/owner/autotask-mcp', SERVER_NAME: 'io.example.owner/autotask-mcp',
  });
}, 300_000);
it('x', () => { console.log(image); });
