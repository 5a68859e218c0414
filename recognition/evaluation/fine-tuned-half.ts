import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import { measuresOfVoice, takenWorse } from '../capture-conditions.ts';
import { type FineTuningReport, fineTunedBundle } from '../fine-tuning/fine-tuned-bundle.ts';
import { MOST_EACH, type SpokenRecording } from '../fine-tuning/recordings.ts';
import { isHeardOfLearned } from '../people-split.ts';
import type { Recogniser } from '../recogniser.ts';
import { setupFolder } from '../setup-folder.ts';
import { decodeAudio, join as joinAudio } from '../signals/audio.ts';
import { isCaptureFault } from '../signals/capture-fault.ts';
import type { VoiceCapture } from '../signals/signals.ts';
import { stepSurroundings } from '../step-surroundings.ts';
import { nameOf } from './acquisition.ts';
import type { Recording } from './lists.ts';
import { PROJECT } from './material.ts';
import type { recordingsOf } from './people-halves.ts';

/** The champion with its voice network fine-tuned to those learned from, as the pipeline does it. */
export async function fineTunedToHalf(
  champion: BundleFiles,
  recordings: ReturnType<typeof recordingsOf>,
  {
    recogniser,
    root,
    networks,
    seed,
    log,
  }: { recogniser: Recogniser; root: string; networks: string; seed: number; log: (line: string) => void },
): Promise<{ bundle: BundleFiles | null; report: FineTuningReport }> {
  const byPerson = new Map<string, Recording[]>();
  for (const { person, recording } of recordings)
    byPerson.set(person, [...(byPerson.get(person) ?? []), recording]);
  const spoken: SpokenRecording[] = [];
  for (const [person, own] of byPerson)
    for (const recording of own.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, MOST_EACH)) {
      const capture = await captureOf(recogniser, root, recording);
      if (capture && !takenWorse('voice', measuresOfVoice(capture)))
        spoken.push({
          person,
          heard: isHeardOfLearned(person),
          key: nameOf(recording),
          waveform: capture.waveform,
        });
    }
  const { path, environment } = stepSurroundings({ root: PROJECT, setup: setupFolder() });
  return fineTunedBundle(champion, spoken, {
    network: await readFile(join(networks, 'voice-backbone.keras')),
    ...{ seed, log },
    environment: {
      ...{ ...process.env, ...environment },
      PATH: [...path, process.env.PATH ?? ''].join(delimiter),
    },
  });
}

async function captureOf(
  { signals }: Recogniser,
  root: string,
  recording: Recording,
): Promise<VoiceCapture | null> {
  try {
    const pieces = await Promise.all(
      recording.map(async (path) => decodeAudio(await readFile(join(root, path)))),
    );
    return await signals.captureWaveform(joinAudio(pieces));
  } catch (error) {
    if (isCaptureFault(error)) return null;
    throw error;
  }
}
