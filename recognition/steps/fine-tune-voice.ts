import { getBundle, putBundle } from '@visavox/core/bundle';
import { type DatasetItem, DatasetManifest } from '@visavox/core/dataset';
import { getBlob } from '@visavox/core/object-store';
import { faceAlignmentOf, propertiesOf } from '../bundle-parts.ts';
import { measuresOfVoice, takenWorse } from '../capture-conditions.ts';
import { reasonAgainst } from '../fine-tuning/due.ts';
import { type FineTuningReport, fineTunedBundle } from '../fine-tuning/fine-tuned-bundle.ts';
import type { SpokenRecording } from '../fine-tuning/recordings.ts';
import { identitiesOf } from '../identities.ts';
import { isHeard, splitOf } from '../people-split.ts';
import { isCaptureFault } from '../signals/capture-fault.ts';
import { Signals } from '../signals/signals.ts';
import { modalityOf, personOf } from './recorded-item.ts';
import { runStep } from './step.ts';

/** Fine-tunes the voice network of the champion to people who may be learned from, where that is due and pays. */
await runStep(async (step) => {
  const objects = await step.objects();
  const champion = await getBundle(objects, step.digest('champion'));
  const manifest = DatasetManifest.parse(
    JSON.parse(Buffer.from(await step.read('manifest')).toString('utf8')),
  );
  const identities = identitiesOf(manifest.items);
  const identityOf = (item: DatasetItem) => identities.get(personOf(item)) ?? personOf(item);
  const voices = manifest.items.filter(
    (item) => modalityOf(item) === 'voice' && splitOf(identityOf(item)) !== 'evaluation',
  );
  const reasonToStay = (spokenBy: readonly string[]) => {
    const people = [...new Set(spokenBy)];
    const heard = people.filter(isHeard).length;
    const counts = { heard, unheard: people.length - heard, recordings: spokenBy.length };
    return reasonAgainst(champion.manifest, counts);
  };
  const stays = async (report: Pick<FineTuningReport, 'reason'> & Partial<FineTuningReport>) => {
    step.log(report.reason);
    await step.write('base', step.argument('champion'));
    await step.write('report', JSON.stringify({ kept: true, people: 0, recordings: 0, ...report }));
  };
  // Before anything is decoded.
  const early = reasonToStay(voices.map(identityOf));
  if (early) return stays({ reason: `the network stays: ${early}` });

  const signals = await Signals.load(champion.files, {
    faceAlignment: faceAlignmentOf(propertiesOf(champion.manifest)),
  });
  const recordings: SpokenRecording[] = [];
  for (const item of voices) {
    const person = identityOf(item);
    try {
      const capture = await signals.captureVoice(await getBlob(objects, item.digest));
      // The teacher is to hear what is clear.
      if (!takenWorse('voice', measuresOfVoice(capture)))
        recordings.push({ person, heard: isHeard(person), key: item.key, waveform: capture.waveform });
    } catch (error) {
      if (!isCaptureFault(error)) throw error;
    }
  }
  await signals.close();
  const reason = reasonToStay(recordings.map(({ person }) => person));
  if (reason) return stays({ reason: `the network stays: ${reason}` });

  const { bundle, report } = await fineTunedBundle(champion, recordings, {
    network: await getBlob(objects, step.digest('network')),
    seed: Number(step.argument('seed')),
    environment: process.env,
    log: step.log,
  });
  if (!bundle) return stays(report);
  const digest = await putBundle(objects, bundle);
  step.log(`${report.reason}: ${digest}`);
  await step.write('base', digest);
  await step.write('report', JSON.stringify(report));
});
