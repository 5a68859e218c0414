import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { table } from 'visavox/table';
import { publishedBundle } from '../../bundle.ts';
import { Recogniser } from '../../recogniser.ts';
import { networksFolder } from '../../setup-folder.ts';
import { wilson } from '../error-rates.ts';
import { AttackRange, attackRows, type Presentation } from './attacks.ts';
import { Checks } from './checks.ts';
import { recordedFilms, syntheticActor } from './films.ts';
import { recordedTalkers, syntheticTalker } from './talkers.ts';

/** Not those that anything was chosen on. */
const syntheticSeed = 79_000;
const syntheticPeople = 20;
const rounds = { recorded: 6, synthetic: 1, voices: 3 };

export interface AttackFigures {
  readonly material: string;
  /** The row, or `genuine`. */
  readonly attack: string;
  /** How it was done; `all` together. */
  readonly variant: string;
  readonly checks: string;
  readonly presentations: number;
  /** Attacks that were taken for live (APCER), or genuine answers that were not (BPCER). */
  readonly errors: number;
  readonly rate: number;
  /** 95 %, Wilson. */
  readonly interval: readonly [number, number];
  /** What refused them, how often. */
  readonly faults: Readonly<Record<string, number>>;
}

export async function runAttacks(
  options: { root?: string | undefined; networks?: string | undefined; seed: number },
  context: CommandContext,
): Promise<void> {
  const bundle = await publishedBundle(options.networks ?? networksFolder());
  const recogniser = await Recogniser.load(bundle.manifest, bundle.files);
  try {
    const range = new AttackRange(new Checks(recogniser), options.seed);
    const rows: AttackFigures[] = [];
    const add = (material: string, presentations: readonly Presentation[]) => {
      rows.push(...figuresOf(material, presentations));
    };
    if (options.root === undefined) await onSyntheticPeople(range, add, context);
    else await onRecordings(range, { root: options.root, add, context });
    const genuine = rows.filter(({ attack }) => attack === 'genuine');
    const attacks = attackRows.flatMap((row) => rows.filter(({ attack }) => attack === row));
    context.result(
      { model: 'published', bundle: bundleDigest(bundle.manifest), seed: options.seed, attacks, genuine },
      `${tableOf('APCER', attacks)}\n\n${tableOf('BPCER', genuine)}`,
    );
  } finally {
    await recogniser.close();
  }
}

type Add = (material: string, presentations: readonly Presentation[]) => void;

async function onSyntheticPeople(range: AttackRange, add: Add, context: CommandContext): Promise<void> {
  const [spoken, answered, imitated]: [Presentation[], Presentation[], Presentation[]] = [[], [], []];
  for (let index = 0; index < syntheticPeople; index++) {
    context.log(`synthetic person ${index + 1} of ${syntheticPeople}`);
    const talker = syntheticTalker(syntheticSeed, index);
    const other = syntheticTalker(syntheticSeed, (index + 1) % syntheticPeople);
    spoken.push(...(await range.voices(talker, rounds.voices)));
    imitated.push(...(await range.imitations(talker, other, rounds.voices)));
    answered.push(...(await range.answers(syntheticActor(syntheticSeed, index), talker, rounds.synthetic)));
  }
  add('synthetic people', answered);
  add('synthetic people', spoken);
  add('synthetic people', imitated);
}

async function onRecordings(
  range: AttackRange,
  { root, add, context }: { root: string; add: Add; context: CommandContext },
): Promise<void> {
  for (const [corpus, talkers] of await recordedTalkers(root)) {
    // The product's constants were chosen on every other person; these are the ones between them.
    const unseen = talkers.filter((_, index) => index % 2 === 1);
    const presentations: Presentation[] = [];
    for (const [index, talker] of unseen.entries()) {
      context.log(talker.name);
      presentations.push(...(await range.voices(talker, rounds.recorded)));
      // Whoever attacks may be one of those that were looked at.
      const other = talkers[(2 * index + 2) % talkers.length];
      if (other && other !== talker)
        presentations.push(...(await range.imitations(talker, other, rounds.recorded)));
    }
    add(`${corpus} (${unseen.length} of ${talkers.length} people)`, presentations);
  }
  const films = await recordedFilms(root);
  if (!films) context.log('There is no ffmpeg: films are left out. Debian: apt install ffmpeg.');
  else if (films.length > 0) add(`films (${films.length} people)`, await range.films(films));
}

/** Each row, and where it was done in several ways each of them. */
function figuresOf(material: string, presentations: readonly Presentation[]): AttackFigures[] {
  const rows = groupBy(presentations, ({ row }) => row);
  return [...rows].flatMap(([attack, all]) => {
    const variants = groupBy(all, ({ variant }) => variant);
    const counted = [...variants].map(([variant, some]) => figureOf({ material, attack, variant }, some));
    return variants.size === 1 ? counted : [figureOf({ material, attack, variant: 'all' }, all), ...counted];
  });
}

function figureOf(
  what: Pick<AttackFigures, 'material' | 'attack' | 'variant'>,
  all: readonly Presentation[],
): AttackFigures {
  const faults: Record<string, number> = {};
  for (const { fault } of all) if (fault) faults[fault] = (faults[fault] ?? 0) + 1;
  const live = all.filter(({ fault }) => fault === null).length;
  const errors = what.attack === 'genuine' ? all.length - live : live;
  return {
    ...what,
    checks: [...new Set(all.map(({ checks }) => checks))].join(' | '),
    presentations: all.length,
    errors,
    rate: errors / all.length,
    interval: wilson(errors, all.length),
    faults,
  };
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

function tableOf(rate: string, rows: readonly AttackFigures[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return table(
    [
      rate === 'BPCER' ? 'genuine answer' : 'attack',
      'how',
      'on',
      'presentations',
      rate,
      '95 % interval',
      'refused by',
    ],
    rows.map((row) => [
      row.attack,
      row.variant,
      row.material,
      row.presentations,
      percent(row.rate),
      row.interval.map(percent).join(' to '),
      Object.entries(row.faults)
        .map(([fault, count]) => `${fault} ${count}`)
        .join(', '),
    ]),
  );
}
