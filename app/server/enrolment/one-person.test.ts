import { Recogniser } from '@visavox/recognition/recogniser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testBundle } from '../testing/test-bundle.ts';
import { requireOnePerson } from './one-person.ts';

let recogniser: Recogniser;
beforeAll(async () => {
  const { manifest, files } = await testBundle();
  recogniser = await Recogniser.load(manifest, files);
});
afterAll(() => recogniser.close());

/** Features around a direction, each a little off it. */
const around = (dimension: number, sign: number, count: number) =>
  Array.from({ length: count }, (_, take) =>
    Float32Array.from({ length: dimension }, (_, axis) => sign * (1 + 0.1 * Math.sin(axis * (take + 1)))),
  );
const faces = (sign: number, count: number) => around(recogniser.dimension.face, sign, count);
const voices = (sign: number, count: number) => around(recogniser.dimension.voice, sign, count);
const refused = (modality: string, index: number) => ({
  code: 'more_than_one_person',
  details: { modality, index },
});

it('takes recordings of one person', async () => {
  await requireOnePerson(recogniser, { faces: faces(1, 4), voices: voices(1, 3) });
});

it('names the picture that is of another person', async () => {
  const mixed = [...faces(1, 2), ...faces(-1, 1), ...faces(1, 1)];
  const attempt = requireOnePerson(recogniser, { faces: mixed, voices: voices(1, 3) });
  await expect(attempt).rejects.toMatchObject(refused('face', 2));
});

it('finds two people who gave two pictures each, and three who gave one each', async () => {
  const halves = [...faces(1, 2), ...faces(-1, 2)];
  const attempt = requireOnePerson(recogniser, { faces: halves, voices: voices(1, 3) });
  await expect(attempt).rejects.toMatchObject({ code: 'more_than_one_person' });
  const thirds = [0, 1, 2].map((person) =>
    Float32Array.from({ length: recogniser.dimension.face }, (_, axis) => (axis % 3 === person ? 1 : -0.5)),
  );
  const other = requireOnePerson(recogniser, { faces: thirds, voices: voices(1, 3) });
  await expect(other).rejects.toMatchObject({ code: 'more_than_one_person' });
});

it('names the utterance that is of another person', async () => {
  const mixed = [...voices(-1, 1), ...voices(1, 2)];
  const attempt = requireOnePerson(recogniser, { faces: faces(1, 3), voices: mixed });
  await expect(attempt).rejects.toMatchObject(refused('voice', 0));
});
