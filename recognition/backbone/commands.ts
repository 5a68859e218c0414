import { UserError } from '@visavox/core/errors';
import { BundleManifest, ModelVersion, modelReference } from '@visavox/core/model';
import { Release } from '@visavox/core/release';
import { compile } from '@visavox/pipelines/compile';
import type { CommandContext } from 'visavox/plugin';
import { table } from 'visavox/table';
import { z } from 'zod';
import { backbonePipeline, firstBackbonePipeline } from '../backbone-pipeline.ts';
import { publishedBundle } from '../bundle.ts';
import { faceAlignmentOf, propertiesOf } from '../bundle-parts.ts';
import { networksFolder, setupFolder } from '../setup-folder.ts';
import { readBackboneManifest } from './manifest.ts';
import { wrapNetwork } from './wrap-network.ts';

export async function checkBackbone(path: string, context: CommandContext): Promise<void> {
  const { manifest, wrapped } = await tried(path);
  const { name, modality, dimension, licence } = manifest;
  const value = { name, modality, dimension, licence, bytes: wrapped.backbone.length };
  context.result(
    value,
    `${name}: a ${modality} network of ${dimension} dimensions that answers as it should. Licence: ${licence}`,
  );
}

export async function addBackbone(path: string, context: CommandContext): Promise<void> {
  const { manifest, beside } = await tried(path);
  const Releases = z.object({ releases: z.array(Release) });
  const { releases } = Releases.parse(await context.request('GET', '/api/v1/models/recogniser/releases'));
  const champion = releases.find(({ stage }) => stage === 'champion');
  if (!champion)
    throw new UserError({
      kind: 'unavailable',
      code: 'recogniser_starting',
      message: 'there is no champion that the network could be plugged into',
      action: 'Try again when the server has come up.',
    });
  const dataset = await newestDataset(context);
  if (!dataset && !manifest.calibration)
    throw new UserError({
      kind: 'conflict',
      code: 'backbone_uncalibrated',
      message: `Nobody is enrolled to calibrate ${manifest.name} on, and its manifest has no calibration.`,
      action: 'Enrol people and train once, or put "calibration" (slope, offset, limit) into the manifest.',
    });
  const started = z.object({ id: z.string() }).parse(
    await context.request('POST', '/api/v1/runs', {
      pipelineSpec: compile(dataset ? backbonePipeline : firstBackbonePipeline),
      parameters: {
        backbone: manifest,
        beside,
        champion: champion.bundle,
        ...(dataset ? { dataset, seed: 1 } : {}),
      },
      useCache: true,
      trigger: `backbone ${manifest.name}`,
      seed: 1,
    }),
  );
  context.result(
    { run: started.id, backbone: manifest.name, dataset: dataset ?? null },
    `${manifest.name} is being made a model version by run ${started.id}: visavox runs show ${started.id}\n` +
      'Then look at its figures (visavox models list), and bring it up beside the champion: visavox release propose recogniser:VERSION',
  );
}

export async function listBackbones(context: CommandContext): Promise<void> {
  const Models = z.object({ models: z.array(ModelVersion.extend({ aliases: z.array(z.string()) })) });
  const { models } = Models.parse(await context.request('GET', '/api/v1/models/recogniser/versions'));
  const found: { model: string; aliases: string[]; modality: string; name: string; licence: string }[] = [];
  for (const model of models) {
    const { properties } = BundleManifest.parse(
      await context.request('GET', `/api/v1/models/recogniser/versions/${model.version}/bundle`),
    );
    const { backbones = {} } = Plugged.parse(properties);
    // The published ones have no name.
    for (const [modality, { name, licence }] of Object.entries(backbones))
      if (name && licence)
        found.push({ model: modelReference(model), aliases: model.aliases, modality, name, licence });
  }
  const rows = found.map((one) => [one.model, one.aliases.join(', '), one.modality, one.name, one.licence]);
  context.result(
    { backbones: found },
    rows.length === 0
      ? 'No network was plugged in.'
      : table(['model', 'aliases', 'modality', 'network', 'licence'], rows),
  );
}

const Plugged = z.object({
  backbones: z
    .record(z.string(), z.object({ name: z.string().optional(), licence: z.string().optional() }))
    .optional(),
});

async function tried(path: string) {
  const { manifest, beside } = await readBackboneManifest(path);
  const published = await publishedBundle(networksFolder());
  const own = published.files.get(`${manifest.modality}-backbone.onnx`) ?? Buffer.of();
  const ownAlignment = faceAlignmentOf(propertiesOf(published.manifest));
  const options = { beside, setup: setupFolder(), own, ownAlignment };
  return { manifest, beside, wrapped: await wrapNetwork(manifest, options) };
}

/** What people were last trained on. */
async function newestDataset(context: CommandContext): Promise<string | undefined> {
  const Datasets = z.object({
    datasets: z.array(z.object({ digest: z.string(), name: z.string(), createdAt: z.string() })),
  });
  const { datasets } = Datasets.parse(await context.request('GET', '/api/v1/datasets'));
  return datasets
    .filter(({ name }) => name === 'recordings')
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]?.digest;
}
