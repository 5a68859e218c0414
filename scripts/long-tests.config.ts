import { defineConfig } from 'vitest/config';

/** Tests that take minutes each: `npm test -- --long`. Packages from a registry have a command of their own. */
export default defineConfig({
  test: {
    include: ['{platform,recognition,app,bench,examples}/**/*.long.test.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
