import { seededDraws } from '../seeded-draws.ts';
import { type EvidenceMap, logLikelihoodRatio, scoreOf } from '../signals/evidence-map.ts';
import { ratioWithinTwoTries } from '../signals/fit-decision.ts';
import { wilson } from './error-rates.ts';
import { impostorRatios, ownThreshold, type People, type RecordedCorpus, trialsIn } from './published-fit.ts';

/** Errors of a threshold on people, or a corpus, that neither map nor threshold was fitted on. */
export interface LeftOut {
  readonly corpus: string;
  readonly people: number;
  readonly genuine: number;
  readonly impostor: number;
  readonly fnmr: { readonly one: number; readonly two: number };
  readonly fmr: { readonly one: number; readonly two: number };
  /** Wilson, 95 %, of one split's number of comparisons. */
  readonly interval: { readonly fnmr: readonly [number, number]; readonly fmr: readonly [number, number] };
}

type Fit = (corpora: readonly RecordedCorpus[]) => EvidenceMap;

/** Fitted on half of each corpus' people, measured on the others; the mean of both halves and of all splits. */
export function onOtherPeople(corpora: readonly RecordedCorpus[], fit: Fit, splits: number): LeftOut[] {
  const tallies = corpora.map(() => emptyTally());
  for (let split = 0; split < splits; split++) {
    const halves = corpora.map(({ people }) => halved(people, split));
    for (const side of [0, 1] as const) {
      const fitted = corpora.map((corpus, index) => ({ ...corpus, people: halves[index]![side] }));
      const { map, threshold } = ruled(fitted, fit);
      for (const [index, tally] of tallies.entries())
        count(tally, halves[index]![1 - side] as People, { map, threshold });
    }
  }
  return corpora.map((corpus, index) => leftOut(corpus, tallies[index]!, splits));
}

/** Fitted on all other corpora, measured on one that nothing is known of. */
export function onOtherCorpora(corpora: readonly RecordedCorpus[], fit: Fit): LeftOut[] {
  return corpora.map((corpus) => {
    const others = corpora.filter((other) => other !== corpus);
    const tally = emptyTally();
    count(tally, corpus.people, ruled(others, fit));
    return leftOut(corpus, tally, 1);
  });
}

function ruled(corpora: readonly RecordedCorpus[], fit: Fit): { map: EvidenceMap; threshold: number } {
  const map = fit(corpora);
  const enough = corpora.filter(({ people }) => people.size >= 2);
  return { map, threshold: ownThreshold(enough.map((corpus) => impostorRatios(map, corpus))) };
}

interface Tally {
  genuine: number;
  impostor: number;
  missed: { one: number; two: number };
  matched: { one: number; two: number };
}

const emptyTally = (): Tally => ({
  genuine: 0,
  impostor: 0,
  missed: { one: 0, two: 0 },
  matched: { one: 0, two: 0 },
});

function count(
  tally: Tally,
  people: People,
  { map, threshold }: { map: EvidenceMap; threshold: number },
): void {
  const { genuine, impostor } = trialsIn(people);
  for (const [trials, same] of [
    [genuine, true],
    [impostor, false],
  ] as const)
    for (const trial of trials) {
      const one = logLikelihoodRatio(map, scoreOf(map, trial.enrolled, trial.probe)) >= threshold;
      const two = ratioWithinTwoTries(map, trial) >= threshold;
      tally[same ? 'genuine' : 'impostor'] += 1;
      const counted = same ? tally.missed : tally.matched;
      counted.one += Number(one !== same);
      counted.two += Number(two !== same);
    }
}

function leftOut({ name, people }: RecordedCorpus, tally: Tally, splits: number): LeftOut {
  const share = (counts: Tally['missed'], of: number) => ({
    one: of === 0 ? 0 : counts.one / of,
    two: of === 0 ? 0 : counts.two / of,
  });
  const [fnmr, fmr] = [share(tally.missed, tally.genuine), share(tally.matched, tally.impostor)];
  const [genuine, impostor] = [tally.genuine, tally.impostor].map((all) => Math.round(all / splits)) as [
    number,
    number,
  ];
  return {
    corpus: name,
    people: people.size,
    genuine,
    impostor,
    fnmr,
    fmr,
    interval: {
      fnmr: wilson(fnmr.one * genuine, Math.max(1, genuine)),
      fmr: wilson(fmr.two * impostor, Math.max(1, impostor)),
    },
  };
}

function halved(people: People, seed: number): readonly [People, People] {
  const random = seededDraws(seed + 1);
  const drawn = [...people].map(([name, recordings]) => ({ name, recordings, at: random() }));
  const order = [...drawn].sort((a, b) => a.at - b.at);
  const half = (from: number, to: number) =>
    new Map(order.slice(from, to).map(({ name, recordings }) => [name, recordings] as const));
  // The larger half is the first of even splits and the second of odd ones: of three people, one or two are learned from.
  const middle = seed % 2 === 0 ? Math.ceil(order.length / 2) : Math.floor(order.length / 2);
  return [half(0, middle), half(middle, order.length)];
}
