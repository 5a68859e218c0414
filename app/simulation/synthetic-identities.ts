import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { Random } from '@visavox/recognition/synthetic/random';
import type { Language } from '@visavox/recognition/synthetic/voice/phonemes';
import type { Identity } from './identity.ts';

const offeredImages = 8;
const offeredUtterances = 6;
/** Different photographs for tries; rendering is the dearest part of a simulation. */
const distinctOccasions = 6;

/** People that the project renders and voices itself. */
export function syntheticIdentities(
  count: number,
  seed: number,
  { language }: { language?: Language } = {},
): Identity[] {
  return Array.from({ length: count }, (_, index) => {
    const person = syntheticPerson(seed, index);
    const rendered = new Map<number, Promise<Uint8Array>>();
    const face = (variation: number) => {
      const known = rendered.get(variation) ?? person.face(variation);
      rendered.set(variation, known);
      return known;
    };
    return {
      name: person.name,
      async *enrolmentFaces() {
        for (let variation = 0; variation < offeredImages; variation++) yield await face(variation);
      },
      async *enrolmentVoices() {
        const random = new Random('enrolment', seed, index);
        for (let utterance = 0; utterance < offeredUtterances; utterance++) {
          yield person.utterance(
            random
              .shuffle([...'0123456789'])
              .slice(0, 5)
              .join(''),
            utterance,
            { language },
          );
        }
      },
      faces(occasion) {
        const first = 100 + 2 * (occasion % distinctOccasions);
        return Promise.all([face(first), face(first + 1)]);
      },
      async speak(digits, occasion) {
        return person.utterance(digits, 100 + occasion, { language });
      },
    };
  });
}
