import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { peerPython } from '../../../../../scripts/peer-environment.mjs';

/** With ville, ssrm-test, gbstats and SciPy; `node scripts/peer-environment.mjs oracles` makes it. */
const python = peerPython('oracles');

/** Whether the implementations of others are installed. */
export const areThere = python !== undefined;

/** What others' implementations make of each case; `oracles.py` says which cases there are. */
export function asked(cases: readonly Readonly<Record<string, unknown>>[]): readonly (readonly number[])[] {
  const input = cases.map((one) => JSON.stringify(one)).join('\n');
  const script = join(import.meta.dirname, 'oracles.py');
  const { stdout, stderr, status } = spawnSync(python ?? '', [script], { input, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const answers = stdout.trim().split('\n');
  expect(answers).toHaveLength(cases.length);
  return answers.map((line) => JSON.parse(line) as number[]);
}

/** Up to 1e-9: of logarithms of e-values, that much of the e-values themselves. */
export function expectSame(actual: number, theirs: number | undefined, of: unknown): void {
  expect(Math.abs(actual - (theirs ?? Number.NaN)), JSON.stringify(of)).toBeLessThan(1e-9);
}
