import type { VisavoxClient } from '@visavox/client/client';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';

const camera = { width: 640, height: 480 };
/** About 3 s. */
const digits = '471';

/** Somebody enrolled, with recordings for signing in: two camera images and one utterance each. */
export interface Visitor {
  readonly name: string;
  readonly person: SyntheticPerson;
  readonly occasions: readonly { readonly faces: readonly Uint8Array[]; readonly voice: Uint8Array }[];
  readonly voiceSeconds: number;
}

export async function enrolVisitor(
  client: VisavoxClient,
  index: number,
  occasions: number,
): Promise<Visitor> {
  const person = syntheticPerson(11, index);
  const image = (variation: number) => person.face(variation, camera);
  await client.enrol({
    name: person.name,
    faces: await Promise.all([0, 1, 2].map(image)),
    voices: ['47190', '28356', '90413'].map((text, variation) => person.utterance(text, variation)),
  });
  const recorded = [];
  for (let occasion = 0; occasion < occasions; occasion++) {
    recorded.push({
      faces: await Promise.all([image(10 + 2 * occasion), image(11 + 2 * occasion)]),
      voice: person.utterance(digits, 10 + occasion),
    });
  }
  const bytes = recorded.reduce((sum, { voice }) => sum + voice.length, 0);
  return { name: person.name, person, occasions: recorded, voiceSeconds: bytes / recorded.length / 32_000 };
}

/** The `turn`-th sign-in of the visitor. */
export function signIn(client: VisavoxClient, visitor: Visitor, turn: number) {
  const occasion = visitor.occasions[turn % visitor.occasions.length]!;
  return client.signIn({ name: visitor.name, faces: occasion.faces, speak: () => occasion.voice });
}

/** Settings under which a benchmark measures sign-ins alone: nothing is trained, nobody is locked out. */
export const undisturbed = {
  VISAVOX_RETRAIN_PEOPLE: '1000000',
  VISAVOX_RETRAIN_SAMPLES: '1000000',
  VISAVOX_ATTEMPT_FAILURES: '1000000',
};
