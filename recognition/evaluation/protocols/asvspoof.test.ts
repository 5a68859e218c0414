import { expect, test } from 'vitest';
import { readAsvSpoof } from './asvspoof.ts';
import { countermeasureFigures } from './figures.ts';

const protocol = {
  name: 'ASVspoof5.dev.track_1.tsv',
  lines: [
    'D_0062 D_0000000001 F - - - AC1 A11 spoof -',
    'D_0755 D_0000000022 F - - - AC1 A16 spoof -',
    'D_0106 D_0000000031 M - - - - bonafide bonafide -',
  ],
};
const scores = (...lines: string[]) => ({ name: 'scores.tsv', lines });

test('every utterance gets its score, in the order of the protocol', async () => {
  const read = await readAsvSpoof(
    protocol,
    scores('filename\tcm-score', 'D_0000000031\t2.5', 'D_0000000001\t-1', 'D_0000000022\t0.25'),
  );
  expect([...read.scores]).toEqual([-1, 0.25, 2.5]);
  expect([...read.same]).toEqual([0, 0, 1]);
  expect([...read.speakers]).toEqual([0, 1, 2]);
});

test('scores that are missing are counted, with the first', async () => {
  await expect(readAsvSpoof(protocol, scores('D_0000000031\t2.5'))).rejects.toThrow(
    'no score for 2 of 3 utterances; the first is D_0000000001',
  );
  await expect(readAsvSpoof(protocol, scores('D_0000000031\tnan'))).rejects.toMatchObject({
    code: 'list_invalid',
  });
});

test('the figures of track 1, by hand', () => {
  // One of four bona fide utterances lies below one of four spoofed ones.
  const [bonaFide, spoofed] = [
    [4, 3, 2, -1],
    [0, -2, -3, -4],
  ];
  const people = Uint32Array.from({ length: 8 }, (_, index) => index);
  const figures = countermeasureFigures(
    {
      scores: Float64Array.from([...bonaFide, ...spoofed]),
      same: Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0),
      people: { a: people, b: people },
    },
    1,
  );
  const value = (name: string) => figures.find(({ figure }) => figure === name)?.value;
  // A miss costs 0.95 / 0.5 here: a quarter of misses 0.475; none but a quarter of spoofs passing 0.25.
  expect(value('minDCF')).toBeCloseTo(0.25, 12);
  // The threshold is -ln(1.9), -0.64: one miss and one spoof passes.
  expect(value('actDCF')).toBeCloseTo(0.475 + 0.25, 12);
  expect(value('EER')).toBeCloseTo(0.25, 12);
});
