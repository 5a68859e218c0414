import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { type Summary, summarise } from './summary.ts';

export interface NetworkTime {
  readonly network: string;
  /** Runs in one sign-in. */
  readonly runs: number;
  /** CPU milliseconds a run. */
  readonly milliseconds: Summary;
}

const frameSamples = 512;

/** Each network of a sign-in alone, on inputs of the right shape: what decoding, HTTP and the rest come on top of. */
export async function networkTimes(
  folder: string,
  { faces, frames, speechSeconds }: { faces: number; frames: number; speechSeconds: number },
): Promise<NetworkTime[]> {
  const samples = Math.round(speechSeconds * 16_000);
  const zeros = (...shape: number[]) =>
    new ort.Tensor(
      'float32',
      new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => (i * 37) % 255),
      shape,
    );
  const wave = () =>
    new ort.Tensor(
      'float32',
      Float32Array.from({ length: samples }, (_, i) => 0.2 * Math.sin(i * 0.05)),
      [1, samples],
    );
  const plans: readonly { name: string; runs: number; feeds: () => Record<string, ort.Tensor> }[] = [
    // In a film the face is found once and then followed; its straightest picture is looked at as a face, too.
    { name: 'face-detector', runs: faces + 2, feeds: () => ({ image: zeros(1, 256, 256, 3) }) },
    { name: 'face-mesh', runs: faces + frames + 1, feeds: () => ({ image: zeros(1, 192, 192, 3) }) },
    { name: 'face-backbone', runs: faces + 1, feeds: () => ({ image: zeros(1, 182, 182, 3) }) },
    { name: 'face-head', runs: faces, feeds: () => ({ features: zeros(1, 256) }) },
    {
      name: 'voice-activity',
      runs: 1,
      feeds: () => ({ frames: zeros(Math.ceil(samples / frameSamples), 576) }),
    },
    { name: 'voice-backbone', runs: 1, feeds: () => ({ waveform: wave() }) },
    { name: 'voice-head', runs: 1, feeds: () => ({ features: zeros(1, 448) }) },
    { name: 'speech-spectrum', runs: 1, feeds: () => ({ waveform: wave() }) },
  ];
  const present = new Set(readdirSync(folder));
  const times: NetworkTime[] = [];
  for (const { name, runs, feeds } of plans) {
    if (!present.has(`${name}.onnx`)) throw new Error(`${name}.onnx is missing in ${folder}`);
    const session = await ort.InferenceSession.create(readFileSync(join(folder, `${name}.onnx`)), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const inputs = feeds();
    const values: number[] = [];
    // Short runs are timed in groups: the clock of CPU time is coarse beside them.
    const group = name.endsWith('-head') ? 50 : 4;
    for (let turn = -3; turn < 25; turn++) {
      const before = process.cpuUsage();
      for (let run = 0; run < group; run++) await session.run(inputs);
      const { user, system } = process.cpuUsage(before);
      if (turn >= 0) values.push((user + system) / 1000 / group);
    }
    await session.release();
    times.push({ network: name, runs, milliseconds: summarise(values) });
  }
  return times;
}
