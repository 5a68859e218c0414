import { DatasetManifest, findDataset } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { z } from 'zod';
import type { CommandContext } from '../plugin.ts';

type Request = CommandContext['request'];

const Dataset = z.object({ digest: Digest, manifest: DatasetManifest });
const Split = z.object({
  name: z.string(),
  parts: z.array(z.object({ part: z.string(), dataset: Digest })),
});
export const Datasets = z.object({
  datasets: z.array(
    z.object({
      ...{ digest: Digest, name: z.string(), items: z.number(), createdAt: z.string() },
      splits: z.array(Split).default([]),
    }),
  ),
});

export const asReference =
  'a name for its newest version, NAME@sha256:…, or a version’s sha256:… or the beginning of it; NAME/PART is a part of it';

export async function versionOf(request: Request, reference: string): Promise<Digest> {
  const { datasets } = Datasets.parse(await request('GET', '/api/v1/datasets'));
  return findDataset(reference, datasets).digest;
}

export async function datasetOf(request: Request, reference: string): Promise<z.infer<typeof Dataset>> {
  const digest = await versionOf(request, reference);
  return Dataset.parse(await request('GET', `/api/v1/datasets/${digest}`));
}
