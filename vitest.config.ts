import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/temporary.ts',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Half of a test's time is waiting for programs that it started.
    maxWorkers: availableParallelism() + 1,
  },
});
