import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '@visavox/core/errors';
import type { FaceAlignment } from '../face-finding/face-alignment.ts';
import { runProgram } from '../run-program.ts';
import { faceSquares, type PixelSquare } from './face-squares.ts';
import { fetchNetwork, sha256Of } from './fetch-network.ts';
import type { BackboneManifest } from './manifest.ts';

export interface WrapOptions {
  /** What a relative file in the manifest starts from. */
  readonly beside: string;
  /** Set-up's folder: Python is there, and fetched networks are kept there. */
  readonly setup: string;
  /** The recogniser's own network of that modality, which an ensemble is made with. */
  readonly own: Uint8Array;
  /** Of a face network: the picture that it takes. */
  readonly ownAlignment: FaceAlignment;
}

/** A network that takes what the recogniser gives, and the head that turns its features into an embedding. */
export interface WrappedNetwork {
  readonly backbone: Uint8Array;
  readonly head: Uint8Array;
  /** The picture of a face that it takes; null for a voice network. */
  readonly alignment: FaceAlignment | null;
}

/** Finds or fetches the network, checks its digest, wraps its preprocessing into it and tries it on examples. */
export async function wrapNetwork(manifest: BackboneManifest, options: WrapOptions): Promise<WrappedNetwork> {
  const network = await locate(manifest, options);
  const squares = manifest.modality === 'face' ? faceSquares(manifest, options.ownAlignment) : null;
  const folder = await mkdtemp(join(tmpdir(), 'visavox-backbone-'));
  const at = (name: string) => join(folder, name);
  try {
    await writeFile(at('manifest.json'), JSON.stringify(manifest));
    await writeFile(at('own.onnx'), options.own);
    await python(options.setup, [
      ...['-m', 'visavox_backbones.wrap', '--manifest', at('manifest.json'), '--network', network],
      ...['--own', at('own.onnx')],
      ...(squares
        ? [
            ...['--size', String(squares.alignment.canvas)],
            ...['--seen', written(squares.seen), '--own-seen', written(squares.own)],
          ]
        : []),
      ...['--out-backbone', at('backbone.onnx'), '--out-head', at('head.onnx')],
    ]);
    const [backbone, head] = [await readFile(at('backbone.onnx')), await readFile(at('head.onnx'))];
    return { backbone, head, alignment: squares?.alignment ?? null };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const written = ({ left, top, side }: PixelSquare) => [left, top, side].join(',');

async function locate({ network }: BackboneManifest, { beside, setup }: WrapOptions): Promise<string> {
  const { file, url, sha256, bytes } = network;
  if (url) return fetchNetwork({ url, sha256, bytes }, { folder: join(setup, 'backbones') });
  const path = resolve(beside, file ?? '');
  const actual = await stat(path)
    .then(async ({ size }) => ({ size, sha256: size === bytes ? await sha256Of(path) : 'another' }))
    .catch((cause: unknown) => {
      throw new UserError({
        kind: 'not-found',
        code: 'network_missing',
        message: `${path} cannot be read: ${messageOf(cause)}`,
        action: 'Put the network where its manifest says, or give an https address as "url".',
        cause,
      });
    });
  if (actual.size === bytes && actual.sha256 === sha256) return path;
  throw new UserError({
    kind: 'conflict',
    code: 'network_digest_differs',
    message: `${path} is not the file that the manifest names: ${actual.size} bytes, SHA-256 ${actual.sha256}; expected ${bytes} bytes, SHA-256 ${sha256}.`,
    action: 'Find out which file was meant; only then change the manifest.',
  });
}

async function python(setup: string, words: readonly string[]): Promise<void> {
  const program = join(setup, 'python', 'bin', 'python');
  const cwd = join(import.meta.dirname, '..', 'training');
  const { code, said } = await runProgram(program, words, { cwd }).catch((cause: unknown) => {
    throw new UserError({
      kind: 'unavailable',
      code: 'python_missing',
      message: `Python cannot be started: ${messageOf(cause)}`,
      action: 'Run `npm run setup`.',
      cause,
    });
  });
  if (code === 0) return;
  const reason = said.match(/^backbone_rejected: (.*)$/m)?.[1];
  if (!reason) throw new Error(`wrapping the network ended with ${code}: ${said}`);
  throw new UserError({
    kind: 'invalid',
    code: 'backbone_rejected',
    message: reason,
    action: 'Correct the manifest, or export the network again as docs/recogniser.md describes.',
  });
}
