import type { VisavoxClient } from '@visavox/client/client';
import { digestOfJson } from '@visavox/core/digest';
import { fileDigest } from '@visavox/recognition/bundle-parts';
import { Recogniser } from '@visavox/recognition/recogniser';
import { knownFile } from 'visavox/model-bundle';
import { type HeldOut, type HeldOutFigures, HeldOutPeople } from './held-out.ts';
import type { Scenario } from './scenario.ts';

/** Measures the version that serves now, with its files, on people who never enrol. */
export async function measuredHeldOut(
  people: readonly HeldOut[],
  { client, scenario, log }: { client: VisavoxClient; scenario: Scenario; log: (text: string) => void },
): Promise<() => Promise<HeldOutFigures>> {
  const heldOut = new HeldOutPeople(people);
  const measured = new Map<number, HeldOutFigures>();
  return async () => {
    const champion = (await client.status()).environments[0]?.champion;
    const version = champion?.version ?? 1;
    const before = measured.get(version);
    if (before) return before;
    log(`  Measuring version ${version} on ${people.length} people who never enrol`);
    const { manifest, files } = await client.bundle(version, knownFile);
    const recogniser = await Recogniser.load(manifest, files);
    try {
      const networks = digestOfJson(
        ['face-backbone.onnx', 'voice-backbone.onnx'].map((path) => fileDigest(manifest, path)),
      );
      const slices = await heldOut.figures(recogniser, networks, scenario.fmr);
      const figures = { version, slices };
      measured.set(version, figures);
      return figures;
    } finally {
      await recogniser.close();
    }
  };
}
