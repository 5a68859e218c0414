import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Digest, shortDigest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { BundleManifest, bundleDigest } from '@visavox/core/model';

export const manifestFile = 'manifest.json';

export interface ModelFile {
  /** The file's stem: what clients call the model. */
  readonly name: string;
  readonly path: string;
  readonly version: string;
}

export interface ModelFolder {
  /** Null for a folder that is no bundle. */
  readonly bundle: Digest | null;
  readonly models: readonly ModelFile[];
}

export interface BundleRequest {
  readonly expected?: Digest | undefined;
  /** The models to serve; undefined: all of the bundle. */
  readonly only?: readonly string[] | undefined;
}

/** Reads a bundle's manifest and holds it against what is wanted. Files are checked by {@link verifyBundle}. */
export async function readBundle(folder: string, { expected, only }: BundleRequest) {
  const manifest = await readManifest(folder);
  const bundle = bundleDigest(manifest);
  if (expected !== undefined && bundle !== expected)
    throw refused(`the bundle in ${folder} is ${bundle}, ${expected} was to be served`);
  const models = onnxFiles(manifest).map((path) => modelFile(join(folder, path), shortDigest(bundle)));
  const found = checked(folder, { bundle, models });
  return { manifest, folder: only ? { bundle, models: chosen(found.models, only) } : found };
}

function chosen(models: readonly ModelFile[], only: readonly string[]): readonly ModelFile[] {
  const names = models.map(({ name }) => name);
  const absent = only.find((name) => !names.includes(name));
  if (absent !== undefined)
    throw refused(`the bundle has no model "${absent}"; there are: ${names.join(', ')}`);
  return models.filter(({ name }) => only.includes(name));
}

/** Every byte of every file, against the manifest. */
export async function verifyBundle(folder: string, manifest: BundleManifest): Promise<void> {
  for (const { path, digest, bytes } of manifest.files) {
    const hash = createHash('sha256');
    let size = 0;
    try {
      await pipeline(createReadStream(join(folder, path), { highWaterMark: 1 << 20 }), async (chunks) => {
        for await (const chunk of chunks) {
          size += chunk.length;
          hash.update(chunk);
        }
      });
    } catch (error) {
      throw refused(`${path} of the bundle cannot be read: ${messageOf(error)}`);
    }
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest || size !== bytes)
      throw refused(
        `${path} has ${size} bytes and digest ${actual}; the manifest says ${bytes} and ${digest}`,
      );
  }
}

/** What clients call the models of a bundle. */
export function modelNames(manifest: BundleManifest): readonly string[] {
  return onnxFiles(manifest).map(modelName);
}

/** Any folder of .onnx files, unchecked: for measurements. */
export async function readPlainFolder(folder: string): Promise<ModelFolder> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw refused(`the folder ${folder} cannot be read: ${messageOf(error)}`);
  });
  const models = names
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => modelFile(join(folder, name), '1'));
  return checked(folder, { bundle: null, models });
}

const onnxFiles = ({ files }: BundleManifest) =>
  files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
const modelName = (path: string) => basename(path, '.onnx');

function modelFile(path: string, version: string): ModelFile {
  return { name: modelName(path), path, version };
}

function checked(folder: string, found: ModelFolder): ModelFolder {
  const names = found.models.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refused(`two files in ${folder} would both be the model "${twice}"`);
  if (names.length === 0) throw refused(`there is no .onnx file in ${folder}`);
  return found;
}

async function readManifest(folder: string): Promise<BundleManifest> {
  const path = join(folder, manifestFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw refused(
      `${path} cannot be read: ${messageOf(error)}`,
      'Name a folder with a bundle, or allow a folder without manifest with --plain.',
    );
  }
  try {
    const manifest = BundleManifest.parse(JSON.parse(text));
    requireInside(manifest);
    return manifest;
  } catch (error) {
    throw refused(`${path} is not the manifest of a bundle: ${messageOf(error)}`);
  }
}

/** Throws where a bundle names a file outside of its folder. */
export function requireInside({ files }: BundleManifest): void {
  const outside = files.find(({ path }) => path.startsWith('/') || normalize(path).startsWith('..'));
  if (outside) throw new Error(`it names a file outside of the folder: ${outside.path}`);
}

function refused(
  message: string,
  action = 'Publish the bundle again, or point to the right one; nothing is served from this one.',
): UserError {
  return new UserError({ kind: 'invalid', code: 'bundle_refused', message, action });
}
