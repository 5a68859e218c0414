import { defineConfig } from 'vitest/config';

/** What is published, installed from a registry into an empty folder: `npm run test:packages`. */
export default defineConfig({
  test: {
    include: ['scripts/*.package-test.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
    pool: 'forks',
  },
});
