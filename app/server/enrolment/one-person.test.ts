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

it('takes recordings of one person', async () => {
  await requireOnePerson(recogniser, { faces: faces(1, 4), voices: voices(1, 3) });
});

it('names the picture that is of another person', async () => {
  const mixed = [...faces(1, 2), ...faces(-1, 1), ...faces(1, 1)];
  await expect(requireOnePerson(recogniser, { faces: mixed, voices: voices(1, 3) })).rejects.toMatchObject({
    code: 'more_than_one_person',
    details: { modality: 'face', index: 2 },
  });
});

it('names the utterance that is of another person', async () => {
  const mixed = [...voices(-1, 1), ...voices(1, 2)];
  await expect(requireOnePerson(recogniser, { faces: faces(1, 3), voices: mixed })).rejects.toMatchObject({
    code: 'more_than_one_person',
    details: { modality: 'voice', index: 0 },
  });
});

it('takes recordings that are all unlike: they are poor, not of two people', async () => {
  const unlike = Array.from({ length: 3 }, (_, take) =>
    Float32Array.from({ length: recogniser.dimension.voice }, (_, axis) => (axis % 3 === take ? 1 : -0.5)),
  );
  await requireOnePerson(recogniser, { faces: faces(1, 3), voices: unlike });
});
