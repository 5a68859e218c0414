import { expect, test } from 'vitest';
import { REFERENCE } from '../signals/evidence-map.ts';
import { fitMap } from '../signals/fit-map.ts';
import { scatteredPeople } from '../signals/test-sides.test-support.ts';
import { onOtherCorpora, onOtherPeople } from './left-out.ts';
import { type RecordedCorpus, trialsIn } from './published-fit.ts';

const corpora: RecordedCorpus[] = [
  { name: 'close', people: scatteredPeople(12, { scatter: 0.3 }), share: 1 },
  { name: 'wide', people: scatteredPeople(10, { scatter: 0.8 }), share: 1 },
];
const fit = (some: readonly RecordedCorpus[]) =>
  fitMap(
    some.map(({ people, share }) => ({ trials: trialsIn(people, REFERENCE), share })),
    {},
  );

test('errors are counted on people who were not fitted on, each way and within two tries', () => {
  const rows = onOtherPeople(corpora, fit, 2);
  expect(rows.map(({ corpus, people }) => [corpus, people])).toEqual([
    ['close', 12],
    ['wide', 10],
  ]);
  for (const { fnmr, fmr, genuine, impostor } of rows) {
    expect(genuine).toBeGreaterThan(0);
    expect(impostor).toBeGreaterThan(0);
    expect(fnmr.two).toBeLessThanOrEqual(fnmr.one);
    expect(fmr.two).toBeGreaterThanOrEqual(fmr.one);
    expect(fmr.one).toBeLessThan(0.05);
  }
});

test('a corpus that was not fitted on is measured with what the others say', () => {
  const [close, wide] = onOtherCorpora(corpora, fit);
  expect(close?.corpus).toBe('close');
  expect(wide?.impostor).toBeGreaterThan(close?.genuine ?? 0);
});
