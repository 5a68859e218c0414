import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import { type Digest, digestOf } from '@visavox/core/digest';
import { bundleDigest } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import { publishBundle } from '../publish-bundle.ts';
import { echoGraph, onnxFile, slowGraph, sumGraph } from './onnx-file.ts';

export interface TestBundle {
  readonly folder: string;
  readonly digest: Digest;
  remove(): Promise<void>;
}

/** The models `echo`, `sum` and `slow` as the folder that a storage initializer would leave. */
export async function testBundle(): Promise<TestBundle> {
  return bundleFolder(
    bundleOf({
      'echo.onnx': onnxFile(echoGraph),
      'sum.onnx': onnxFile(sumGraph),
      'networks/slow.onnx': onnxFile(slowGraph),
      'licence.txt': Buffer.from('anyone may use this'),
    }),
  );
}

export async function bundleFolder(bundle: BundleFiles): Promise<TestBundle> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-serving-'));
  await publishBundle(folderWriter(folder), 'published', bundle);
  return {
    folder: join(folder, 'published'),
    digest: bundleDigest(bundle.manifest),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export function bundleOf(files: Readonly<Record<string, Uint8Array>>): BundleFiles {
  return {
    manifest: {
      format: 1,
      name: 'test',
      files: Object.entries(files).map(([path, bytes]) => ({
        path,
        digest: digestOf(bytes),
        bytes: bytes.byteLength,
      })),
      parent: null,
      properties: {},
    },
    files: new Map(Object.entries(files)),
  };
}

/** Where a bundle is published to in a test of this room, which may not import an adapter. */
function folderWriter(folder: string): Pick<ObjectStore, 'put'> {
  return {
    async put(key, bytes) {
      const file = join(folder, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    },
  };
}
