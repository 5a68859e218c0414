import { getBundle, putBundle } from '@visavox/core/bundle';
import { type DatasetItem, DatasetManifest } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
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
  const identityOf = (person: string) => identities.get(person) ?? person;
  const voices = manifest.items.filter(
    (item) => modalityOf(item) === 'voice' && splitOf(identityOf(personOf(item))) !== 'evaluation',
  );
  const counted = (people: readonly string[]) => {
    const identities = [...new Set(people)];
    const heard = identities.filter(isHeard).length;
    return { heard, unheard: identities.length - heard, recordings: people.length };
  };
  const stays = async (reason: string, report: Partial<FineTuningReport> = {}) => {
    step.log(`the network stays: ${reason}`);
    await step.write('base', step.argument('champion'));
    await step.write('report', JSON.stringify({ kept: true, reason, people: 0, recordings: 0, ...report }));
  };
  const network = step.argument('network');
  if (network === '') return stays('fine-tuning is off, or the published network is not here');
  // Before anything is decoded.
  const early = reasonAgainst(champion.manifest, counted(voices.map((item) => identityOf(personOf(item)))));
  if (early) return stays(early);

  const signals = await Signals.load(champion.files, {
    faceAlignment: faceAlignmentOf(propertiesOf(champion.manifest)),
  });
  const spokenBy = (item: DatasetItem) => {
    const person = identityOf(personOf(item));
    return { person, heard: isHeard(person) };
  };
  const recordings: SpokenRecording[] = [];
  for (const item of voices)
    try {
      const capture = await signals.captureVoice(await getBlob(objects, item.digest));
      // The teacher is to hear what is clear.
      if (!takenWorse('voice', measuresOfVoice(capture)))
        recordings.push({ ...spokenBy(item), key: item.key, waveform: capture.waveform });
    } catch (error) {
      if (!isCaptureFault(error)) throw error;
    }
  await signals.close();
  const reason = reasonAgainst(champion.manifest, counted(recordings.map(({ person }) => person)));
  if (reason) return stays(reason);

  const { bundle, report } = await fineTunedBundle(champion, recordings, {
    network: await getBlob(objects, Digest.parse(network)),
    seed: Number(step.argument('seed')),
    environment: process.env,
    log: step.log,
  });
  if (!bundle) return stays(report.reason.replace('the network stays: ', ''), report);
  const digest = await putBundle(objects, bundle);
  step.log(`${report.reason}: ${digest}`);
  await step.write('base', digest);
  await step.write('report', JSON.stringify(report));
});
