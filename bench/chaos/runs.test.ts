import { expect, it } from 'vitest';
import { chaosOfRuns } from './runs.ts';

/** `npm run chaos -- runs` does so with a thousand. */
it('runs come to their ends, once, whatever is killed or cut meanwhile', async () => {
  const lines: string[] = [];
  const { problems, runs } = await chaosOfRuns({
    ...{ runs: 20, seed: 4600, pauses: [0.5, 2] },
    print: (line) => lines.push(line),
  });
  expect(problems, lines.join('\n')).toEqual([]);
  expect(runs).toBe(20);
}, 600_000);
