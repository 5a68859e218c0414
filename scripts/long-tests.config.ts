import { defineConfig } from 'vitest/config';

/** Tests that take minutes, and what others have from the network. */
export default defineConfig({
  test: { include: ['scripts/*.long-test.ts'], testTimeout: 1_200_000, hookTimeout: 600_000, pool: 'forks' },
});
