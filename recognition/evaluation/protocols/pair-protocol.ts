import type { Modality } from '../../bundle-parts.ts';
import type { Recogniser } from '../../recogniser.ts';
import type { Acquirer } from '../acquisition.ts';
import { embedItems } from './embedded-items.ts';
import type { ScoredTrials } from './figures.ts';
import { missingOf, recordingsMissing } from './missing.ts';
import type { ProtocolFigure, Trialled } from './protocol-report.ts';
import { scoreTrials } from './scored-trials.ts';
import { genuineIn, itemsIn, type Trials, trialsWithout } from './trials.ts';

export interface PairOptions {
  readonly modality: Modality;
  readonly root: string;
  readonly allowMissing: boolean;
  readonly figures: (trials: ScoredTrials & { readonly fold: Uint8Array }) => readonly ProtocolFigure[];
  readonly progress: (total: number) => (done: number) => void;
}

/** Trials of one recording against one. */
export async function trialPairs(
  { recogniser, acquirer }: { recogniser: Recogniser; acquirer: Acquirer },
  listed: Trials,
  { modality, root, allowMissing, figures, progress }: PairOptions,
): Promise<Trialled> {
  const missing = await missingOf(listed.items, root);
  if (missing.size > 0 && !allowMissing)
    throw recordingsMissing(missing, { listed: listed.items.length, root });
  const trials = trialsWithout(listed, missing);
  const needed = itemsIn(trials);
  const { sides, faults } = await embedItems(
    { recogniser, acquirer, modality },
    needed,
    progress(needed.length),
  );
  const places = new Map(trials.items.map((item, index) => [item, index]));
  const byItem = new Array<(typeof sides)[number]>(trials.items.length).fill(undefined);
  for (const [index, item] of needed.entries()) byItem[places.get(item) ?? 0] = sides[index];
  const ofItem = (item: number) => trials.people[item] ?? 0;
  const people = { a: trials.enrolled.map(ofItem), b: trials.probe.map(ofItem) };
  const genuine = genuineIn(trials.same);
  const leftOut = listed.same.length - trials.same.length;
  return {
    genuine,
    impostor: trials.same.length - genuine,
    people: new Set([...people.a, ...people.b]).size,
    leftOut: {
      recordings: missing.size,
      trials: leftOut,
      share: listed.same.length === 0 ? 0 : leftOut / listed.same.length,
    },
    recordings: needed.length,
    failuresToAcquire: Object.values(faults).reduce((sum, count) => sum + count, 0),
    failureCodes: faults,
    figures: figures({
      scores: scoreTrials(recogniser, modality, trials, byItem),
      ...{ same: trials.same, fold: trials.fold, people },
    }),
  };
}
