import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type DatasetItem, findDataset } from '@visavox/core/dataset';
import { Digest, digestOf, shortDigest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { CommandContext } from 'visavox/plugin';
import { z } from 'zod';

/** Versions of it are what people handed in. */
const datasetName = 'recogniser-heads';
/** Of heads with the state of an optimiser a few; training refuses more as well. */
const LARGEST = 64 * 2 ** 20;

export async function addHeads(
  path: string,
  { dataset: named }: { readonly dataset?: string },
  { request, result }: CommandContext,
): Promise<void> {
  const bytes = await readModel(path);
  const dataset = named === undefined ? undefined : await digestNamed(request, named);
  const digest = digestOf(bytes);
  await request('PUT', `/api/v1/blobs/${digest}`, bytes);
  const item: DatasetItem = {
    // Of its own: what is traced from it is what came of this file.
    ...{ key: `${shortDigest(digest)}.keras`, digest, bytes: bytes.length },
    ...{ mediaType: 'application/zip', labels: {} },
    provenance: { source: basename(path), consent: 'as of the recordings that it learned from' },
  };
  const saved = z
    .object({ digest: Digest })
    .parse(await request('POST', '/api/v1/datasets', { name: datasetName, items: [item] }));
  const { id } = z.object({ id: z.string() }).parse(
    await request('POST', '/api/v1/models/recogniser/candidates', {
      parameters: { heads: saved.digest, ...(dataset && { dataset }) },
      trigger: `heads ${basename(path)}`,
    }),
  );
  result(
    { run: id, heads: saved.digest, dataset: dataset ?? null },
    `${basename(path)} is judged by run ${id}: visavox runs watch ${id}\n` +
      'What the gate said of it is then in: visavox release status',
  );
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST) throw noModel(path, `it has ${size} bytes, and heads have ${LARGEST} at most`);
    const bytes = await readFile(path);
    // Since version 3, Keras writes an archive.
    if (bytes.subarray(0, 2).toString('latin1') !== 'PK')
      throw noModel(path, 'it is no archive as Keras writes it');
    return bytes;
  } catch (cause) {
    throw cause instanceof UserError ? cause : noModel(path, messageOf(cause), cause);
  }
}

async function digestNamed(request: CommandContext['request'], name: string): Promise<Digest> {
  const Datasets = z.object({
    datasets: z.array(z.object({ digest: Digest, name: z.string(), createdAt: z.string() })),
  });
  return findDataset(name, Datasets.parse(await request('GET', '/api/v1/datasets')).datasets).digest;
}

function noModel(path: string, reason: string, cause?: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'heads_unreadable',
    message: `${path} is no Keras model: ${reason}`,
    action: "Write it with model.save('heads.keras').",
    cause,
  });
}
