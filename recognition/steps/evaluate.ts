import type { Comparison } from '@visavox/control/gate';
import { getBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import type { Modality } from '../bundle-parts.ts';
import { compareOnUnseen } from '../comparison.ts';
import { Calibration } from '../signals/calibration.ts';
import { calibrationIn } from './fitted-calibration.ts';
import { judgedOn } from './judged.ts';
import { bothModalities, embeddings, templatesUnder } from './population.ts';
import { runStep } from './step.ts';

/**
 * Candidate and champion on people whom the model had not seen: those whom none may learn from, and where they are few,
 * the others under heads that learned without them. The gate judges what is written here.
 */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const championFile = (path: string) => {
    const bytes = champion.files.get(path);
    if (!bytes) throw new SystemError(`the champion has no ${path}`);
    return bytes;
  };
  // A candidate with another backbone has other features; the champion's are then told apart.
  const calibration = calibrationIn(champion);
  const recordings = async (modality: Modality) => {
    const own = `champion-${modality}-features`;
    const name = step.argumentList(own).length > 0 ? own : `${modality}-features`;
    const head = championFile(`${modality}-head.onnx`);
    return embeddings(await step.read(name), head, templatesUnder(modality, calibration));
  };
  const own = Calibration.parse(JSON.parse(Buffer.from(await step.read('calibration')).toString('utf8')));
  const { people, minimumUnits } = await judgedOn(step, own);
  const groups = new Map(people.map((person) => [person.person, person.group]));
  const before = bothModalities(await recordings('face'), await recordings('voice'));
  const comparison = compareOnUnseen(
    {
      people: before.flatMap((person) =>
        groups.has(person.person) ? [{ ...person, group: groups.get(person.person) }] : [],
      ),
      calibration,
    },
    { people, calibration: own },
    Number(step.argument('seed')),
  );
  step.log(describe(comparison));
  await step.write('comparison', JSON.stringify({ ...comparison, ...(minimumUnits && { minimumUnits }) }));
});

function describe(comparison: Comparison): string {
  const show = (value: number | null) => (value === null ? '-' : value.toFixed(4)).padStart(9);
  const rows = (metrics: Comparison['metrics']) =>
    metrics.map(
      (one) =>
        `${one.metric.padEnd(12)}${show(one.champion)}${show(one.candidate)}${show(one.low)}${show(one.high)}`,
    );
  return [
    `${comparison.units} ${comparison.unitName}`,
    `${''.padEnd(12)} champion candidate   80 % of the difference`,
    ...rows(comparison.metrics),
    ...(comparison.slices ?? []).flatMap(({ slice, units, metrics }) => [
      `${slice}: ${units} people`,
      ...rows(metrics),
    ]),
  ].join('\n');
}
