import type { Comparison } from '@visavox/control/gate';
import { getBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { compareOnUnseen } from '../comparison.ts';
import { Calibration } from '../signals/calibration.ts';
import { bothModalities, embeddingsByPerson } from './population.ts';
import { runStep } from './step.ts';

/** Candidate and champion on the evaluation people, whom neither of them saw. The gate judges what is written here. */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const championFile = (path: string) => {
    const bytes = champion.files.get(path);
    if (!bytes) throw new SystemError(`the champion has no ${path}`);
    return bytes;
  };
  const features = { face: await step.read('face-features'), voice: await step.read('voice-features') };
  const contestant = async (heads: { face: Uint8Array; voice: Uint8Array }, calibration: Uint8Array) => ({
    people: bothModalities(
      await embeddingsByPerson(features.face, heads.face, ['evaluation']),
      await embeddingsByPerson(features.voice, heads.voice, ['evaluation']),
    ),
    calibration: Calibration.parse(JSON.parse(Buffer.from(calibration).toString('utf8'))),
  });
  const comparison = compareOnUnseen(
    await contestant(
      { face: championFile('face-head.onnx'), voice: championFile('voice-head.onnx') },
      championFile('calibration.json'),
    ),
    await contestant(
      { face: await step.read('face-head'), voice: await step.read('voice-head') },
      await step.read('calibration'),
    ),
    Number(step.argument('seed')),
  );
  step.log(describe(comparison));
  await step.write('comparison', JSON.stringify(comparison));
});

function describe(comparison: Comparison): string {
  const show = (value: number | null) => (value === null ? '-' : value.toFixed(4)).padStart(9);
  const rows = comparison.metrics.map(
    (one) =>
      `${one.metric.padEnd(12)}${show(one.champion)}${show(one.candidate)}${show(one.low)}${show(one.high)}`,
  );
  return [
    `${comparison.units} ${comparison.unitName}`,
    `${''.padEnd(12)} champion candidate   80 % of the difference`,
    ...rows,
  ].join('\n');
}
