import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import type { PictureStore } from '@visavox/recognition/synthetic/picture-store';
import { Random } from '@visavox/recognition/synthetic/random';
import { Sitting } from '@visavox/recognition/synthetic/sitting';
import type { Language } from '@visavox/recognition/synthetic/voice/phonemes';
import type { Identity } from './identity.ts';

const offeredImages = 8;
const offeredUtterances = 6;
/** Different photographs and sittings for tries; rendering is the dearest part of a simulation. */
const distinctOccasions = 6;
const distinctSittings = 3;
/** In radians: straight, to each side a little as the page asks for, straight again. */
const enrolmentYaws = [0, 0.2, -0.2, 0];

/** People that the project renders and voices itself. `pictures`: where looks are kept, so that films are made quickly. */
export function syntheticIdentities(
  count: number,
  seed: number,
  { language, pictures }: { language?: Language; pictures?: PictureStore | undefined } = {},
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
      async enrolment({ prompts, turns }, take) {
        const sitting = new Sitting(person, distinctSittings + take, { pictures });
        return {
          faces: await Promise.all(
            enrolmentYaws.map((yaw, still) => sitting.photograph({ take: still, yaw })),
          ),
          voices: prompts.map((digits, utterance) =>
            person.utterance(digits, 10 * take + utterance, { language }),
          ),
          ...(await sitting.turns(turns, { take })),
        };
      },
      async answer({ digits, turn }, occasion) {
        const sitting = new Sitting(person, occasion % distinctSittings, { pictures });
        const film = await sitting.answer(digits, { turn, take: occasion, language });
        const faces = await Promise.all(
          [0, 1].map((still) => sitting.photograph({ take: 2 * occasion + still })),
        );
        return { ...film, faces };
      },
    };
  });
}
