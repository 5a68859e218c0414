import type { DatasetItem } from '@visavox/core/dataset';
import type { Modality } from '../bundle-parts.ts';
import { identitiesOf } from '../identities.ts';
import { splitOf } from '../people-split.ts';
import { crossFitted, type Embedded, embeddings, enrolsCopies, type Person } from './population.ts';
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

/** Embeddings under heads that had not learned from their people. */
export async function candidateOf(step: Step, modality: Modality): Promise<Embedded[]> {
  const crossFit = await step.read(`${modality}-crossfit`);
  const all = await embeddings(await step.read(`${modality}-features`), await step.read(`${modality}-head`), {
    copies: enrolsCopies(crossFit),
  });
  const unseen = all.filter(({ row }) => row.split === 'evaluation');
  return [...unseen, ...crossFitted(crossFit)];
}

/** Whom a model is judged on: nobody whom a network of it was just fine-tuned to. */
export function judged(people: readonly Person[]): Person[] {
  const unseen = people.filter((person) => splitOf(person.identity) === 'evaluation');
  return unseen.length >= ENOUGH_UNSEEN ? unseen.slice(0, MOST_JUDGED) : people.filter(({ heard }) => !heard);
}
