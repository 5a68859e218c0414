import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import {
  chanceLikeness,
  FEWEST_FOR_CHANCE,
  isKnownPerson,
  resemblance,
} from '../../enrolment/known-person.ts';
import { isOnePerson, recordingsOf, unlikeness } from '../../enrolment/one-person.ts';
import type { Recogniser, Template } from '../../recogniser.ts';
import { dot } from '../../signals/vectors.ts';
import { Random } from '../../synthetic/random.ts';
import { acquireFor } from '../material.ts';
import type { EnrolmentTrial } from './trial.ts';

/** Of whom nothing was chosen on the second half. */
export function halfOf(person: string): 'looked at' | 'not looked at' {
  const draw = Number.parseInt(
    digestOf(`enrolment:${person}`).slice('sha256:'.length, 'sha256:'.length + 8),
    16,
  );
  return draw % 2 === 0 ? 'looked at' : 'not looked at';
}

export interface FacesOfPerson {
  readonly person: string;
  readonly corpus: string;
  readonly features: readonly Float32Array[];
  /** Path of the first picture, below the root. */
  readonly first: string;
}

/** People of `ROOT/faces/CORPUS/PERSON/*.jpg` with so many pictures that can be used. */
export async function facesOf(
  model: { readonly recogniser: Recogniser; readonly manifest: BundleManifest },
  options: { readonly root: string; readonly cache: boolean; readonly least: number; readonly most: number },
): Promise<FacesOfPerson[]> {
  const { root, least, most } = options;
  const people: { person: string; corpus: string; paths: string[] }[] = [];
  for (const corpus of await folders(join(root, 'faces')))
    for (const person of await folders(join(root, 'faces', corpus))) {
      const files = (await readdir(join(root, 'faces', corpus, person))).filter((file) =>
        /\.(jpe?g|png)$/i.test(file),
      );
      if (files.length < least) continue;
      const paths = files
        .sort()
        .slice(0, most)
        .map((file) => join('faces', corpus, person, file));
      people.push({ person, corpus, paths });
    }
  const recordings = people.flatMap(({ paths }) => paths.map((path) => [path] as const));
  const acquired = await acquireFor(model, 'face', recordings, options);
  return people.flatMap(({ person, corpus, paths }) => {
    const features = paths.flatMap((path) => {
      const found = acquired.get(path);
      return found && 'features' in found ? [found.features] : [];
    });
    return features.length >= least ? [{ person, corpus, features, first: paths[0] ?? '' }] : [];
  });
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}

/** Enrolments of one person's pictures, and of two people's in every share. */
export async function faceEnrolments(
  recogniser: Recogniser,
  people: readonly FacesOfPerson[],
  seed: number,
): Promise<EnrolmentTrial[]> {
  const trials: EnrolmentTrial[] = [];
  for (const one of people) {
    if (one.features.length < 4) continue;
    const random = new Random('face enrolments', seed, one.corpus, one.person);
    const half = halfOf(one.person);
    const others = people.filter(
      (other) =>
        other.corpus === one.corpus &&
        other !== one &&
        halfOf(other.person) === half &&
        other.features.length >= 2,
    );
    if (others.length === 0) continue;
    const own = random.shuffle(one.features);
    const stranger = () => random.shuffle(others[random.below(others.length)]?.features ?? []);
    const on = `${one.corpus}, people ${half}`;
    const add = async (what: string, genuine: boolean, features: readonly Float32Array[]) => {
      const passed = isOnePerson(
        'face',
        await unlikeness(recogniser, 'face', recordingsOf({ faces: features, voices: [] }, 'face')),
      );
      trials.push({ rule: 'one face', what, on, genuine, passed });
    };
    await add('four pictures of one person', true, own.slice(0, 4));
    await add('three pictures of one person', true, own.slice(-3));
    await add('two of one and two of another', false, [...own.slice(0, 2), ...stranger().slice(0, 2)]);
    await add('three of one and one of another', false, [...own.slice(0, 3), ...stranger().slice(0, 1)]);
    await add('two of one and one of another', false, [...own.slice(0, 2), ...stranger().slice(0, 1)]);
  }
  return trials;
}

/** Fewer say nothing of a search. */
const FEWEST_SEARCHED = 10;

/**
 * Newcomers among all others, by the face alone: who is enrolled already with other pictures, and who is not. Corpus by corpus:
 * several have pictures of the same well-known people.
 */
export async function newcomers(
  recogniser: Recogniser,
  people: readonly FacesOfPerson[],
): Promise<EnrolmentTrial[]> {
  const trials: EnrolmentTrial[] = [];
  for (const corpus of new Set(people.map((person) => person.corpus))) {
    const own = people.filter((person) => person.corpus === corpus);
    if (own.length >= FEWEST_SEARCHED) trials.push(...(await newcomersAmong(recogniser, own, corpus)));
  }
  return trials;
}

async function newcomersAmong(
  recogniser: Recogniser,
  people: readonly FacesOfPerson[],
  corpus: string,
): Promise<EnrolmentTrial[]> {
  const enrolled: { template: Template; face: Float32Array; own: FacesOfPerson }[] = [];
  for (const own of people) {
    const template = await recogniser.template({ faces: own.features.slice(0, 3), voices: [] });
    if (template.face) enrolled.push({ template, face: template.face, own });
  }
  const nearest = enrolled.map(({ face, own }) =>
    Math.max(...enrolled.flatMap((other) => (other.own === own ? [] : dot(face, other.face)))),
  );
  const chance = enrolled.length >= FEWEST_FOR_CHANCE ? chanceLikeness(nearest) : null;
  const among = { people: enrolled.length, chance };
  const trials: EnrolmentTrial[] = [];
  for (const { own } of enrolled) {
    const faces = own.features.slice(3, 6);
    if (faces.length < 3) continue;
    const { face } = await recogniser.template({ faces, voices: [] });
    if (!face) continue;
    const on = `${corpus}, ${enrolled.length} people enrolled`;
    const found = async (candidates: typeof enrolled) => {
      const near = candidates
        .map((candidate) => ({ ...candidate, cosine: dot(candidate.face, face) }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 5);
      for (const { template, cosine } of near)
        if (
          isKnownPerson(
            await resemblance(recogniser, { template, cosine, features: { faces, voices: [] } }),
            among,
          )
        )
          return true;
      return false;
    };
    const rule = 'search by face';
    trials.push({
      ...{ rule, on, genuine: false },
      what: 'enrolled already, other pictures',
      passed: !(await found(enrolled.filter((one) => one.own === own))),
    });
    trials.push({
      ...{ rule, on, genuine: true },
      what: 'not enrolled',
      passed: !(await found(enrolled.filter((one) => one.own !== own))),
    });
  }
  return trials;
}
