import { createModelDocuments } from '@visavox/adapters/mlflow/model-documents';
import { Comparison } from '@visavox/control/gate';
import { getBundle } from '@visavox/core/bundle';
import { DatasetManifest } from '@visavox/core/dataset';
import { ModelVersion, modelReference } from '@visavox/core/model';
import { z } from 'zod';
import { modelCard } from '../evaluation/report/card.ts';
import { figuresOf, type ReportFigures } from '../evaluation/report/figures.ts';
import { reportFiles } from '../evaluation/report/files.ts';
import { describedNetworks, lineageOf } from '../evaluation/report/lineage.ts';
import type { Traits } from '../evaluation/scored-comparisons.ts';
import { type Probe, type Verified, verify } from '../evaluation/verification.ts';
import { networksFolder } from '../setup-folder.ts';
import { Calibration } from '../signals/calibration.ts';
import { judgedOn } from './judged.ts';
import { byPerson, type Embedded } from './population.ts';
import { runStep } from './step.ts';

const Summary = z.object({
  items: z.number(),
  train: z.number(),
  validation: z.number(),
  evaluation: z.number(),
});

/** Labels of a recording that are no groups to report by, or that would name somebody. */
const NO_GROUPS = new Set(['person', 'modality']);
/** A label with more values than these tells people apart rather than groups. */
const MOST_GROUPS = 12;

/** Writes the evaluation report and the model card of what was registered, and lays them beside the version in MLflow. */
await runStep(async (step) => {
  const model = ModelVersion.parse(JSON.parse(step.argument('model')));
  const comparison = Comparison.parse(JSON.parse(step.argument('comparison')));
  const summary = Summary.parse(JSON.parse(step.argument('summary')));
  const text = async (name: string) => JSON.parse(Buffer.from(await step.read(name)).toString('utf8'));
  const labels = groupsOf(DatasetManifest.parse(await text('manifest')));
  const calibration = Calibration.parse(await text('calibration'));
  const { people, face, voice } = await judgedOn(step, calibration);
  const [faces, voices] = [byPerson(face), byPerson(voice)];
  const probes = (modality: 'face' | 'voice', rows: readonly Embedded[] = []) =>
    rows.map(
      ({ row, vector, enrolled, takenWorse, seconds }): Probe => ({
        ...{ vector, enrolled, takenWorse, seconds },
        quality: row.quality ?? null,
        traits: { ...labels.get(row.key), [modality]: row.condition },
      }),
    );
  const sets = verify(
    people.map(
      ({ person, group }): Verified => ({
        person,
        group,
        face: probes('face', faces.get(person)),
        voice: probes('voice', voices.get(person)),
      }),
    ),
    calibration,
  );
  const figures: ReportFigures = {
    format: 1,
    lineage: {
      ...lineageOf(
        await getBundle(await step.objects(), model.bundle),
        await describedNetworks(networksFolder()),
      ),
      model: modelReference(model),
      dataset: step.argument('dataset'),
      seed: Number(step.argument('seed')),
      on: `on ${people.length} people whom the model that was measured had not learned from`,
      people: { train: summary.train, validation: summary.validation, evaluation: summary.evaluation },
      recordings: summary.items,
    },
    sets: { faces: figuresOf(sets.faces), voices: figuresOf(sets.voices), fused: figuresOf(sets.fused) },
    againstChampion: { units: comparison.units, metrics: comparison.metrics },
  };
  const files = reportFiles(figures);
  await createModelDocuments(process.env).attach(model, { description: modelCard(figures), files });
  for (const [name, output] of [
    ['report.html', 'page'],
    ['rapport.html', 'page-fr'],
    ['model-card.md', 'card'],
    ['figures.json', 'figures'],
  ] as const)
    await step.write(output, files.get(name) ?? '');
  step.log(`the report on ${modelReference(model)} is written`);
});

/** What the dataset says of each recording, as far as it puts recordings into groups. */
function groupsOf(manifest: DatasetManifest): ReadonlyMap<string, Traits> {
  const values = new Map<string, Set<string>>();
  for (const item of manifest.items)
    for (const [name, value] of Object.entries(item.labels))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  const kept = [...values].flatMap(([name, all]) =>
    !NO_GROUPS.has(name) && all.size >= 2 && all.size <= MOST_GROUPS ? [name] : [],
  );
  return new Map(
    manifest.items.map((item) => [
      item.key,
      Object.fromEntries(kept.flatMap((name) => (item.labels[name] ? [[name, item.labels[name]]] : []))),
    ]),
  );
}
