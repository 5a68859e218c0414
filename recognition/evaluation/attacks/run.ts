import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { publishedBundle } from '../../bundle.ts';
import { Recogniser } from '../../recogniser.ts';
import { networksFolder } from '../../setup-folder.ts';
import { type AttackFigures, figuresOf, tableOf } from './attack-figures.ts';
import { AttackRange, attackRows, type Presentation } from './attacks.ts';
import { Checks } from './checks.ts';
import { recordedFilms, syntheticActor } from './films.ts';
import { recordedTalkers, syntheticTalker } from './talkers.ts';

/** Not those that anything was chosen on. */
const syntheticSeed = 79_000;
const syntheticPeople = 12;
const rounds = { recorded: 6, synthetic: 1, voices: 3 };

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
