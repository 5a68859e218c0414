import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import { type Digest, digestOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { BundleManifest, type ModelReference } from '@visavox/core/model';
import { pathOfVersion } from './references.ts';
import type { Transport } from './transport.ts';

/** The files of a registered version, each checked against its digest. `known`: what need not be sent again. */
export async function fetchBundle(
  transport: Transport,
  reference: ModelReference,
  known: (digest: Digest) => Promise<Uint8Array | undefined> = async () => undefined,
): Promise<BundleFiles> {
  const path = pathOfVersion(reference);
  const get = { method: 'GET', repeatable: true };
  const manifest = BundleManifest.parse(await transport.send({ ...get, path: `${path}/bundle` }));
  const files = new Map<string, Uint8Array>();
  for (const file of manifest.files) {
    const before = await known(file.digest);
    const bytes =
      before ??
      (await transport.send({
        ...get,
        path: `${path}/files/${encodeURIComponent(file.path)}`,
        binary: true,
      }));
    if (!(bytes instanceof Uint8Array) || digestOf(bytes) !== file.digest)
      throw new SystemError(`${file.path} of ${reference.name} did not arrive as it was registered`);
    if (!before) await keep(file.digest, bytes);
    files.set(file.path, bytes);
  }
  return { manifest, files };
}

/** A file that was fetched before, by its digest: what most versions share is sent once. */
export async function knownFile(digest: Digest): Promise<Uint8Array | undefined> {
  const bytes = await readFile(pathOf(digest)).catch(() => undefined);
  return bytes && digestOf(bytes) === digest ? new Uint8Array(bytes) : undefined;
}

async function keep(digest: Digest, bytes: Uint8Array): Promise<void> {
  const path = pathOf(digest);
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.${process.pid}`, bytes, { mode: 0o600 });
  await rename(`${path}.${process.pid}`, path);
}

const folder = () => join(tmpdir(), `visavox-models-${userInfo().uid}`);
const pathOf = (digest: Digest) => join(folder(), digest.replace(':', '-'));
