import type { BundleFiles } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { ModelHost, ServedBundle } from '@visavox/core/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../testing/bundle-folder.ts';
import { doubleGraph, onnxFile } from '../testing/onnx-file.ts';

export interface HostUnderTest {
  readonly host: ModelHost;
  /** Puts a bundle where the host takes it from. */
  store(bundle: BundleFiles): Promise<Digest>;
  /** Damages one that was stored: some byte of a network is another one. */
  damage(bundle: BundleFiles): Promise<void>;
  close(): Promise<void>;
}

const version = (number: number): BundleFiles =>
  bundleOf({ 'double.onnx': onnxFile(doubleGraph), 'version.txt': Buffer.from(String(number)) });
const input = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
const doubled = Float32Array.of(2, 4, 6, 8);

/** What everybody who releases a model relies on, wherever its networks answer. */
export function modelHostContract(name: string, open: () => Promise<HostUnderTest>, limit = 60_000): void {
  describe(`${name} as a model host`, { timeout: limit }, () => {
    let subject: HostUnderTest;
    const one = version(1);
    const two = version(2);
    let first: Digest;
    let second: Digest;
    beforeAll(async () => {
      subject = await open();
      first = await subject.store(one);
      second = await subject.store(two);
    }, limit);
    afterAll(() => subject.close(), limit);
    const bringUp = (bundle: Digest): Promise<ServedBundle> => subject.host.bringUp(bundle, ['double']);

    it('brings a bundle up; when it says so, its networks answer', async () => {
      const served = await bringUp(first);
      expect(await served.infer('double', input)).toEqual(doubled);
      expect(await subject.host.list()).toEqual([first]);
      await served.close();
    });

    it('brings up again what is up, for as many as want it', async () => {
      const [a, b] = await Promise.all([bringUp(first), bringUp(first)]);
      await a.close();
      expect(await b.infer('double', input)).toEqual(doubled);
      expect(await subject.host.list()).toEqual([first]);
      await b.close();
    });

    it('switches: the next one answers beside the one before, and nobody is cut off', async () => {
      const before = await bringUp(first);
      const after = await bringUp(second);
      expect([...(await subject.host.list())].sort()).toEqual([first, second].sort());
      const under = Promise.all(Array.from({ length: 20 }, () => before.infer('double', input)));
      expect(await after.infer('double', input)).toEqual(doubled);
      await before.close();
      await subject.host.retire(first);
      for (const answer of await under) expect(answer).toEqual(doubled);
      expect(await subject.host.list()).toEqual([second]);
      await after.close();
    });

    it('rolls back: what was retired comes up again', async () => {
      const served = await bringUp(first);
      expect(await served.infer('double', input)).toEqual(doubled);
      await subject.host.retire(second);
      await subject.host.retire(second);
      expect(await subject.host.list()).toEqual([first]);
      await served.close();
    });

    it('says that a network is not in the bundle', async () => {
      await expect(subject.host.bringUp(second, ['circle'])).rejects.toMatchObject({
        code: 'network_missing',
      });
      const served = await bringUp(first);
      await expect(served.infer('circle', input)).rejects.toMatchObject({ code: 'network_missing' });
      await served.close();
    });

    it('refuses a bundle that is not what its digest says, and goes on serving', async () => {
      const serving = await bringUp(first);
      const spoiled = version(3);
      const bundle = await subject.store(spoiled);
      await subject.damage(spoiled);
      await expect(bringUp(bundle)).rejects.toThrow(/corrupted|digest/);
      await subject.host.retire(bundle);
      expect(await serving.infer('double', input)).toEqual(doubled);
      expect(await subject.host.list()).toContain(first);
      await serving.close();
    });
  });
}
