/**
 * Measures the calibration that version 1 is published with on a research pack:
 * `tsx recognition/evaluation/publish-calibration.ts <root> [<networks>]`. Writes recognition/published-calibration.json.
 * The constants are fitted on all people of the pack. What they are worth is measured with maps and thresholds that are
 * fitted in the same way on half of the people, on the other half, and on all corpora but one, on that one.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { table } from 'visavox/table';
import { publishedBundle } from '../bundle.ts';
import { Recogniser } from '../recogniser.ts';
import { networksFolder } from '../setup-folder.ts';
import type { Calibration } from '../signals/calibration.ts';
import { REFERENCE } from '../signals/evidence-map.ts';
import { type LeftOut, onOtherCorpora, onOtherPeople } from './left-out.ts';
import {
  fitFace,
  fitRule,
  fitVoice,
  impostorRatios,
  ownThreshold,
  type RecordedCorpus,
  trialsIn,
} from './published-fit.ts';
import { researchPack } from './research-pack.ts';

const PROJECT = resolve(import.meta.dirname, '..', '..');
const SPLITS = { voice: 8, face: 1 } as const;

const [root, networks = networksFolder()] = process.argv.slice(2);
if (!root) throw new Error('usage: publish-calibration.ts <root> [<networks>]');
const { manifest, files } = await publishedBundle(networks);
const recogniser = await Recogniser.load(manifest, files);
const pack = await researchPack(recogniser, manifest, {
  root,
  cache: join(PROJECT, '.visavox', 'cache', 'features'),
});
await recogniser.close();

const maps = { face: fitFace(pack.face), voice: fitVoice(pack.voice) };
const ratios = {
  // Of one enrolled picture as of three: fewer are enrolled where some could not be used.
  face: [REFERENCE, { enrol: 1, probe: 1 }].flatMap((counts) =>
    pack.face.map((corpus) => impostorRatios(maps.face, corpus, counts)),
  ),
  voice: pack.voice.map((corpus) => impostorRatios(maps.voice, corpus)),
};
const leftOut = {
  face: onOtherPeople(pack.face, fitFace, SPLITS.face),
  voice: onOtherPeople(pack.voice, fitVoice, SPLITS.voice),
  voiceCorpus: onOtherCorpora(pack.voice, fitVoice),
};
const count = (corpora: readonly RecordedCorpus[]) => {
  const trials = corpora.map(({ people }) => trialsIn(people));
  const of = (kind: 'genuine' | 'impostor') => trials.reduce((sum, set) => sum + set[kind].length, 0);
  return { genuine: of('genuine'), impostor: of('impostor') };
};
const named = (corpora: readonly RecordedCorpus[]) =>
  corpora.map(({ name, people }) => `${name} (${people.size} people)`).join(', ');
const calibration: Calibration = {
  format: 2,
  ...maps,
  decision: fitRule(ratios.face, ratios.voice),
  measured: {
    on: `faces: ${named(pack.face)}; voices: ${named(pack.voice)}`,
    how: 'three recordings enrolled against one, each person with every other of the corpus; logistic regression over the cosine of each network, how alike the enrolled recordings are and how long both sides are, each voice corpus weighing alike, fourteen face trials in fifteen from LFW; thresholds that impostors of the worst corpus reach within two tries at the rate at most, with the upper end of a 95 % interval; faces also of one enrolled picture; figures by fitting on half of the people and measuring on the others, or on all corpora but the one that is measured',
    trials: { face: count(pack.face), voice: count(pack.voice) },
    figures: {
      ...figures('face', 'people left out', leftOut.face),
      ...figures('voice', 'people left out', leftOut.voice),
      ...figures('voice', 'corpus left out', leftOut.voiceCorpus),
    },
  },
};
await writeFile(
  join(PROJECT, 'recognition', 'published-calibration.json'),
  `${JSON.stringify(rounded(calibration), null, 2)}\n`,
);
console.log(JSON.stringify(rounded({ ...calibration, measured: undefined }), null, 2));
for (const modality of ['face', 'voice'] as const)
  for (const [index, { name }] of pack[modality].entries())
    console.log(
      `${modality} threshold of ${name}: ${ownThreshold([ratios[modality][index] ?? []]).toFixed(2)}`,
    );
for (const [title, rows] of Object.entries(leftOut)) console.log(`\n${title}\n${leftOutTable(rows)}`);

function figures(modality: string, how: string, rows: readonly LeftOut[]): Record<string, number> {
  return Object.fromEntries(
    rows.flatMap(({ corpus, fnmr, fmr }) => [
      [`${modality} fnmr, ${corpus}, ${how}`, fnmr.one],
      [`${modality} fnmr within two tries, ${corpus}, ${how}`, fnmr.two],
      [`${modality} fmr, ${corpus}, ${how}`, fmr.one],
      [`${modality} fmr within two tries, ${corpus}, ${how}`, fmr.two],
    ]),
  );
}

function leftOutTable(rows: readonly LeftOut[]): string {
  const percent = (rate: number) => `${(rate * 100).toFixed(2)} %`;
  const range = ([low, high]: readonly [number, number]) => `(${percent(low)} to ${percent(high)})`;
  return table(
    ['corpus', 'people', 'genuine', 'impostor', 'FNMR', 'within two tries', 'FMR', 'within two tries'],
    rows.map(({ corpus, people, genuine, impostor, fnmr, fmr, interval }) => [
      ...[corpus, people, genuine, impostor],
      `${percent(fnmr.one)} ${range(interval.fnmr)}`,
      percent(fnmr.two),
      percent(fmr.one),
      `${percent(fmr.two)} ${range(interval.fmr)}`,
    ]),
  );
}

function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'number' ? Number(item.toPrecision(5)) : item,
    ),
  );
}
