import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { table } from 'visavox/table';
import { Recogniser } from '../../recogniser.ts';
import { type ModelOptions, modelOf } from '../material.ts';
import { faceEnrolments, facesOf, newcomers } from './faces.ts';
import { type Likeness, likenessOfTemplates } from './likeness.ts';
import { type EnrolmentFigures, figuresOf } from './trial.ts';
import { voiceEnrolments } from './voices.ts';
import { wholeFaces } from './whole-faces.ts';

/** People of whom pictures are cut up. */
const cutUp = 100;

/** What each rule of an enrolment costs genuine people, and what it lets through. */
export async function runEnrolment(
  options: ModelOptions & { readonly root: string; readonly cache: boolean; readonly seed: number },
  context: CommandContext,
): Promise<void> {
  const { model, manifest, files } = await modelOf(options, context);
  const recogniser = await Recogniser.load(manifest, files);
  const { root, seed } = options;
  try {
    const people = await facesOf({ recogniser, manifest }, { root, cache: options.cache, least: 3, most: 6 });
    context.log(`${people.length} people with three pictures or more`);
    const unseen = people.filter(({ corpus }) => corpus === 'lfw').slice(0, cutUp);
    const rows = figuresOf([
      ...(await faceEnrolments(recogniser, people, seed)),
      ...(await newcomers(recogniser, people)),
      ...(await wholeFaces(
        recogniser,
        root,
        unseen.map(({ corpus, first }) => ({ corpus, path: first })),
      )),
      ...(await voiceEnrolments(recogniser, { root, seed, log: (line) => context.log(line) })),
    ]);
    const likeness = await likenessOfTemplates(recogniser, people);
    context.result(
      { model, bundle: bundleDigest(manifest), seed, rows, likeness },
      `${tableOf(rows)}\n\n${described(likeness)}`,
    );
  } finally {
    await recogniser.close();
  }
}

function tableOf(rows: readonly EnrolmentFigures[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return table(
    ['rule', 'what came', 'on', 'tries', 'went wrong', '', '95 % interval'],
    rows.map((row) => [
      row.rule,
      row.what,
      row.on,
      row.tries,
      row.genuine ? 'refused' : 'let through',
      percent(row.rate),
      row.interval.map(percent).join(' to '),
    ]),
  );
}

function described({ people, own, strangers }: Likeness): string {
  const row = (what: string, values: Readonly<Record<string, number>>) => [
    what,
    ...Object.values(values).map((value) => value.toFixed(3)),
  ];
  return [
    `Templates of three pictures, ${people} people; an angle is seen from the middle of all faces, 1 is half a circle`,
    table(
      ['', ...Object.keys(own.cosine).map((share) => `${(Number(share) * 100).toFixed(2)} %`)],
      [
        row('cosine, one person', own.cosine),
        row('cosine, strangers', strangers.cosine),
        row('angle, one person', own.angle),
        row('angle, strangers', strangers.angle),
      ],
    ),
  ].join('\n');
}
