import type { DatasetItem } from '@visavox/core/dataset';
import type { Modality } from '../bundle-parts.ts';
import { identitiesOf } from '../identities.ts';
import { splitOf } from '../people-split.ts';
import type { Calibration } from '../signals/calibration.ts';
import {
  bothModalities,
  crossFitted,
  type Embedded,
  embeddings,
  type Person,
  templatesUnder,
  trainedTemplates,
} from './population.ts';
import { modalityOf, personOf } from './recorded-item.ts';
import type { Step } from './step.ts';

/** So many people whom no model may learn from are enough to judge by; with fewer, folds of the others join them. */
const ENOUGH_UNSEEN = 20;
/** More of them take longer and say the same. */
const MOST_JUDGED = 120;

/** Of whom none may learn, those who will be judged on: the others' recordings need not be embedded. */
export function unseenToJudge(items: readonly Pick<DatasetItem, 'labels' | 'digest'>[]): ReadonlySet<string> {
  const identities = identitiesOf(items);
  const of = (modality: Modality) =>
    new Set(items.filter((item) => modalityOf(item) === modality).map(personOf));
  const [faces, voices] = [of('face'), of('voice')];
  const unseen = [...faces].filter(
    (person) => voices.has(person) && splitOf(identities.get(person) ?? person) === 'evaluation',
  );
  return new Set(unseen.sort().slice(0, MOST_JUDGED));
}

/** Whom a candidate is judged on, and their recordings. */
export interface Judged {
  readonly people: readonly Person[];
  readonly face: readonly Embedded[];
  readonly voice: readonly Embedded[];
  /** So many people are needed, where no others may join them. */
  readonly minimumUnits?: number;
}

/**
 * Those whom none may learn from, and where they are few the others too, under heads that learned without them. Of heads that
 * were made by hand there are no such others: nobody knows from whom they learned.
 */
export async function judgedOn(step: Step, calibration: Calibration): Promise<Judged> {
  if (step.argumentList('face-crossfit').length === 0) {
    const heldOut = async (modality: Modality) => {
      const [features, head] = [await step.read(`${modality}-features`), await step.read(`${modality}-head`)];
      const all = await embeddings(features, head, templatesUnder(modality, calibration));
      return all.filter(({ row }) => row.split === 'evaluation');
    };
    const [face, voice] = [await heldOut('face'), await heldOut('voice')];
    return { people: bothModalities(face, voice), face, voice, minimumUnits: ENOUGH_UNSEEN };
  }
  const [face, voice] = [await candidateOf(step, 'face'), await candidateOf(step, 'voice')];
  return { people: judged(bothModalities(face, voice)), face, voice };
}

/** Embeddings under heads that had not learned from their people. */
async function candidateOf(step: Step, modality: Modality): Promise<Embedded[]> {
  const crossFit = await step.read(`${modality}-crossfit`);
  const [features, head] = [await step.read(`${modality}-features`), await step.read(`${modality}-head`)];
  const all = await embeddings(features, head, trainedTemplates(modality, crossFit));
  const unseen = all.filter(({ row }) => row.split === 'evaluation');
  return [...unseen, ...crossFitted(crossFit, modality)];
}

/** Whom a model is judged on: nobody whom a network of it was just fine-tuned to. */
export function judged(people: readonly Person[]): Person[] {
  const unseen = people.filter((person) => splitOf(person.identity) === 'evaluation');
  return unseen.length >= ENOUGH_UNSEEN ? unseen.slice(0, MOST_JUDGED) : people.filter(({ heard }) => !heard);
}
