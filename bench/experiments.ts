import { ExperimentPlan } from '@visavox/core/experiment';
import { table } from 'visavox/table';
import { chance, type Rates, stream } from './experiments/people.ts';
import { type Trial, tried, triedByGrowthBook } from './experiments/trial.ts';
import { quantiles } from './summary.ts';

/** Attempts of each person: with more people fewer, since most of them decide nothing any more. */
const roundsOf = (people: number) => (people > 1000 ? 20 : 60);
const ALPHA = 0.05;
const NULLS = 10_000;
const ALTERNATIVES = 2_000;
const MOST_ATTEMPTS = 500;
const MOST_OF_GROWTHBOOK = 0.3;

type Kind = 'shadow' | 'ab';

interface Question {
  readonly name: string;
  readonly kind: Kind;
  readonly people: number;
  readonly rates: Rates;
  readonly count: number;
  readonly withGrowthBook?: boolean;
}

export interface Answer extends Omit<Question, 'count' | 'withGrowthBook'> {
  readonly count: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Attempts until a decision, all where there was none: median and 90th percentile. */
  readonly attempts: readonly [median: number, ninetieth: number];
  readonly growthbook?: { readonly attempts: readonly [number, number]; readonly promoted: number };
}

const same: Rates = { champion: 0.04, challenger: 0.04 };
const sameInTheMean: Rates = { ...same, differ: 'mean' };
const better: Rates = { champion: 0.04, challenger: 0.02 };
const harm: Rates = { champion: 0.02, challenger: 0.06 };
const sizes = [60, 200, 2000] as const;
const kinds = ['shadow', 'ab'] as const;

const questions: readonly Question[] = [
  ...kinds.flatMap((kind) =>
    sizes.map((people) => ({ name: 'no difference', kind, people, rates: same, count: NULLS })),
  ),
  ...kinds.flatMap((kind) =>
    sizes.map((people) => ({
      ...{ name: 'no difference in the mean', kind, people, rates: sameInTheMean },
      count: ALTERNATIVES,
    })),
  ),
  ...sizes.map((people) => ({
    ...{ name: '4 -> 2 %', kind: 'shadow' as const, people, rates: better, count: ALTERNATIVES },
    withGrowthBook: people === 200,
  })),
  ...sizes.map((people) => ({
    ...{ name: '4 -> 2 %', kind: 'ab' as const, people, rates: better, count: ALTERNATIVES },
  })),
  ...sizes.map((people) => ({
    ...{ name: '2 -> 6 %', kind: 'ab' as const, people, rates: harm, count: ALTERNATIVES },
  })),
];

/** Half of new people from the first one on: what a test can find is asked here, not how carefully it begins. */
const planOf = (kind: Kind) =>
  ExperimentPlan.parse({
    kind,
    metrics: [{ name: 'refusals', role: 'primary' }],
    alpha: ALPHA,
    ramp: [{ share: 0.5, people: 1 }],
    horizon: { people: 1_000_000, days: 1_000 },
  });

/** The decision rule of experiments on people who differ, simulated, looked at after each outcome. */
export async function benchExperiments(print: (line: string) => void) {
  const answers: Answer[] = [];
  for (const question of questions) {
    print(`  ${question.count} experiments: ${question.name}, ${question.kind}, ${question.people} people …`);
    answers.push(answered(question));
  }
  print(
    `\nA person's error rate ~ Beta, concentration 5; ${roundsOf(60)} attempts each, of 2000 people ${roundsOf(2000)}; one-sided ${ALPHA}; three errors in four are shared.\n`,
  );
  print(
    table(
      ['truth', 'test', 'people', 'n', 'promote', 'reject', 'no difference', 'open', 'attempts', '90th'],
      answers.map(({ name, kind, people, count, outcomes, attempts }) => [
        ...[name, kind, people, count],
        ...['promote', 'reject', 'no-difference', 'undecided'].map((outcome) =>
          percent((outcomes[outcome] ?? 0) / count),
        ),
        ...attempts,
      ]),
    ),
  );
  const found = limits(answers);
  print('');
  for (const { what, within } of found) print(`${within ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  return { within: found.every(({ within }) => within), answers };
}

function answered({ withGrowthBook = false, count, ...question }: Question): Answer {
  const { kind, people, rates } = question;
  const plan = planOf(kind);
  const streamOf = (seed: number) => stream(rates, { people, rounds: roundsOf(people) }, chance(seed));
  const trials = Array.from({ length: count }, (_, seed) => tried(streamOf(seed), plan, `salt ${seed}`));
  const theirs = withGrowthBook
    ? trials.map((_, seed) => triedByGrowthBook(streamOf(seed), ALPHA, `salt ${seed}`))
    : undefined;
  return {
    ...question,
    count,
    outcomes: tally(trials),
    attempts: attemptsOf(trials),
    ...(theirs && {
      growthbook: { attempts: attemptsOf(theirs), promoted: (tally(theirs).promote ?? 0) / count },
    }),
  };
}

function limits(answers: readonly Answer[]): { readonly what: string; readonly within: boolean }[] {
  const nulls = answers
    .filter(({ name }) => name === 'no difference')
    .map(({ kind, people, outcomes, count }) => {
      const [promoted, rejected] = [outcomes.promote ?? 0, outcomes.reject ?? 0];
      return {
        what: `${kind}, ${people} people, no difference: promoted ${percent(promoted / count)}, rejected ${percent(rejected / count)}, at most ${percent(ALPHA)} each`,
        within: promoted <= ALPHA * count && rejected <= ALPHA * count,
      };
    });
  const paired = answers.find((answer) => answer.growthbook !== undefined);
  if (!paired?.growthbook) return nulls;
  const [median] = paired.attempts;
  const [theirs] = paired.growthbook.attempts;
  return [
    ...nulls,
    {
      what: `4 -> 2 % in shadow, 200 people: ${median} attempts in the median, at most ${MOST_ATTEMPTS}`,
      within: median <= MOST_ATTEMPTS,
    },
    {
      what: `the same beside GrowthBook's formula on the same streams: ${median} of ${theirs} attempts (${(median / theirs).toFixed(2)}), at most ${MOST_OF_GROWTHBOOK}; it promotes ${percent(paired.growthbook.promoted)}`,
      within: median <= MOST_OF_GROWTHBOOK * theirs,
    },
  ];
}

function tally(trials: readonly Trial[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of trials) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function attemptsOf(trials: readonly Trial[]): readonly [number, number] {
  const at = quantiles(trials.map(({ attempts }) => attempts));
  return [at(0.5), at(0.9)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
