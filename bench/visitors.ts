import { join } from 'node:path';
import type { Attempt } from '@visavox/client/answers';
import type { Answer, VisavoxClient } from '@visavox/client/client';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { PictureFolder } from '@visavox/recognition/synthetic/picture-store';
import { Sitting } from '@visavox/recognition/synthetic/sitting';
import type { ServerProcess } from './server-process.ts';

const camera = { width: 640, height: 480 };

/** Somebody enrolled, who answers challenges. */
export interface Visitor {
  readonly name: string;
  answer(asked: { digits: string; turn: 'left' | 'right' | null }, take: number): Promise<Answer>;
}

/** Looks are kept beside what the server keeps. */
export async function enrolVisitor(server: ServerProcess, index: number): Promise<Visitor> {
  const person = syntheticPerson(11, index);
  await server.client().enrolRecorded({
    name: person.name,
    faces: await Promise.all([0, 1, 2].map((variation) => person.face(variation, camera))),
    voices: ['47190', '28356', '90413'].map((text, variation) => person.utterance(text, variation)),
    prompts: ['47190', '28356', '90413'],
  });
  const pictures = new PictureFolder(join(server.home, 'pictures'));
  const sitting = new Sitting(person, 0, { pictures });
  return {
    name: person.name,
    async answer({ digits, turn }, take) {
      const film = await sitting.answer(digits, { turn, take });
      const faces = [0, 1].map((still) => person.face(10 + 2 * (take % 3) + still, camera));
      return { ...film, faces: await Promise.all(faces) };
    },
  };
}

/** The `take`-th sign-in of the visitor. `sent`: what it was made of. */
export function signIn(
  client: VisavoxClient,
  visitor: Visitor,
  take: number,
  sent: (answer: Answer) => void = () => {},
): Promise<Attempt> {
  return client.signIn({
    name: visitor.name,
    async answer(asked) {
      const answer = await visitor.answer(asked, take);
      sent(answer);
      return answer;
    },
  });
}

/** Settings under which a benchmark measures sign-ins alone: nothing is trained, nobody is locked out. */
export const undisturbed = {
  VISAVOX_RETRAIN_PEOPLE: '1000000',
  VISAVOX_RETRAIN_SAMPLES: '1000000',
  VISAVOX_ATTEMPT_FAILURES: '1000000',
};
