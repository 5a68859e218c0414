import { getBundle } from '@visavox/core/bundle';
import { canonicalJson, type Digest, shortDigest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { ModelVersion, modelReference } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ModelRegistry } from '@visavox/core/ports';
import { z } from 'zod';
import { objectStoreLocation, openObjectStore } from '../objects/open-object-store.ts';
import { isRefusal, type MlflowClient, quoted } from './mlflow-client.ts';
import { stepClient } from './step-client.ts';
import { MlflowTracker } from './tracker.ts';

type Registration = Parameters<ModelRegistry['register']>[0];

const tag = {
  bundle: 'visavox.bundle',
  run: 'visavox.run',
  metrics: 'visavox.metrics',
  datasets: 'visavox.datasets',
  signature: 'visavox.signature',
};
const nothing = z.unknown();

const VersionAnswer = z.object({
  name: z.string(),
  version: z.coerce.number().int().positive(),
  creation_timestamp: z.coerce.number(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
});
type VersionAnswer = z.infer<typeof VersionAnswer>;

const RegisteredModel = z.object({
  registered_model: z.object({
    aliases: z.array(z.object({ alias: z.string(), version: z.coerce.number().int() })).default([]),
  }),
});

const RunAnswer = z.object({
  run: z.object({
    info: z.object({ run_id: z.string(), artifact_uri: z.string() }),
    inputs: z
      .object({
        dataset_inputs: z
          .array(z.object({ tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]) }))
          .default([]),
      })
      .default({ dataset_inputs: [] }),
  }),
});

/** A version as MLflow shows it now, whoever wrote that there. */
export interface ShownVersion {
  readonly version: number;
  /** Undefined where its tags are no longer those of a version with a bundle. */
  readonly model: ModelVersion | undefined;
  readonly signature: string | undefined;
}

/** What MLflow shows of a model. */
export interface ShownModel {
  /** Newest first. */
  readonly versions: readonly ShownVersion[];
  readonly aliases: Readonly<Record<string, number>>;
}

/**
 * Model versions in MLflow's registry. A version's source is a folder of artifacts with the bundle's files, so that
 * whoever knows only MLflow can download it; tags lead back to the bundle, the pipeline run and the datasets.
 */
export class MlflowModelRegistry implements ModelRegistry {
  readonly #client: MlflowClient;
  readonly #objects: () => Promise<ObjectStore>;

  constructor(resources: { client: MlflowClient; objects: () => Promise<ObjectStore> }) {
    this.#client = resources.client;
    this.#objects = resources.objects;
  }

  async register(model: Registration): Promise<ModelVersion> {
    requireFiniteMetrics(model);
    const known = await this.#oldestWith(model);
    if (known) return known;
    await this.#ensureModel(model.name);
    const { run } = await this.#runOf(model);
    const source = `${run.info.artifact_uri}/${model.name}`;
    await this.#upload(source, model.bundle);
    const datasets = run.inputs.dataset_inputs
      .flatMap((input) => input.tags)
      .flatMap(({ key, value }) => (key === 'visavox.dataset' ? [value] : []));
    const tags = [
      { key: tag.bundle, value: model.bundle },
      { key: tag.metrics, value: canonicalJson(model.metrics) },
      ...(model.run === null ? [] : [{ key: tag.run, value: model.run }]),
      ...(datasets.length === 0 ? [] : [{ key: tag.datasets, value: datasets.join(' ') }]),
    ];
    const created = await this.#client.post(
      'model-versions/create',
      { name: model.name, source, run_id: run.info.run_id, tags },
      z.object({ model_version: VersionAnswer }),
    );
    return this.#settle(model, created.model_version);
  }

  async get(name: string, version: number): Promise<ModelVersion> {
    const reference = modelReference({ name, version });
    try {
      const answer = await this.#client.get(
        'model-versions/get',
        { name, version: String(version) },
        z.object({ model_version: VersionAnswer }),
      );
      const model = modelOf(answer.model_version);
      if (model) return model;
    } catch (error) {
      if (!isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_model',
      message: `there is no model version ${reference} with a bundle`,
      action: 'List the models to see their versions.',
    });
  }

  /** Of each model the newest first. Versions that others put into MLflow by hand have no bundle, and are left out. */
  async list(name?: string): Promise<readonly ModelVersion[]> {
    const found = await this.#search(name === undefined ? '' : `name = ${quoted(name)}`);
    return found
      .flatMap((answer) => modelOf(answer) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name) || b.version - a.version);
  }

  /** All versions and aliases of the model, whoever wrote them. */
  async shown(name: string): Promise<ShownModel> {
    const found = await this.#search(`name = ${quoted(name)}`);
    if (found.length === 0) return { versions: [], aliases: {} };
    const { registered_model } = await this.#client.get('registered-models/get', { name }, RegisteredModel);
    return {
      versions: found.map((answer) => ({
        version: answer.version,
        model: modelOf(answer),
        signature: answer.tags.find(({ key }) => key === tag.signature)?.value,
      })),
      aliases: Object.fromEntries(registered_model.aliases.map(({ alias, version }) => [alias, version])),
    };
  }

  async sign({ name, version }: Pick<ModelVersion, 'name' | 'version'>, signature: string): Promise<void> {
    const signed = { name, version: String(version), key: tag.signature, value: signature };
    await this.#client.post('model-versions/set-tag', signed, nothing);
  }

  async setAlias(name: string, alias: string, version: number | null): Promise<void> {
    try {
      if (version === null) await this.#client.delete('registered-models/alias', { name, alias });
      else
        await this.#client.post(
          'registered-models/alias',
          { name, alias, version: String(version) },
          nothing,
        );
    } catch (error) {
      if (!isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
      if (version === null) return;
      throw new UserError({
        kind: 'not-found',
        code: 'unknown_model',
        message: `there is no model version ${modelReference({ name, version })}`,
        action: 'List the models to see their versions.',
        cause: error,
      });
    }
  }

  async #ensureModel(name: string): Promise<void> {
    try {
      await this.#client.post('registered-models/create', { name }, nothing);
    } catch (error) {
      if (!isRefusal(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    }
  }

  /** MLflow wants a version's files to lie with a run; a model that no run here made gets one of its own. */
  async #runOf(model: Registration): Promise<z.infer<typeof RunAnswer>> {
    let id = model.trackingRun;
    if (id === null) {
      const tracker = new MlflowTracker(this.#client);
      const run = await tracker.startRun({
        experiment: model.name,
        name: `register ${shortDigest(model.bundle)}`,
        key: { tag: 'visavox.run', value: `register ${model.bundle}` },
      });
      id = run.id;
      await tracker.endRun(id, 'succeeded');
    }
    return this.#client.get('runs/get', { run_id: id }, RunAnswer);
  }

  async #upload(folder: string, bundle: Digest): Promise<void> {
    const { manifest, files } = await getBundle(await this.#objects(), bundle);
    for (const [path, bytes] of files) await this.#client.putArtifact(`${folder}/${path}`, bytes);
    // The manifest comes last: where it is, the folder is complete. Its digest is the bundle's name.
    await this.#client.putArtifact(`${folder}/bundle.json`, Buffer.from(canonicalJson(manifest)));
  }

  /** Two that registered one bundle at once agree on the older version; the other one takes its own back. */
  async #settle(model: Registration, created: VersionAnswer): Promise<ModelVersion> {
    const oldest = await this.#oldestWith(model);
    if (!oldest) throw new SystemError(`MLflow lost version ${created.version} of ${model.name} at once`);
    if (oldest.version !== created.version)
      await this.#client.delete('model-versions/delete', {
        name: model.name,
        version: String(created.version),
      });
    return oldest;
  }

  async #oldestWith(model: Pick<Registration, 'name' | 'bundle'>): Promise<ModelVersion | undefined> {
    const filter = `name = ${quoted(model.name)} and tags.\`${tag.bundle}\` = ${quoted(model.bundle)}`;
    return (await this.#search(filter)).flatMap((answer) => modelOf(answer) ?? []).at(-1);
  }

  async #search(filter: string): Promise<VersionAnswer[]> {
    const Page = z.object({
      model_versions: z.array(VersionAnswer).default([]),
      next_page_token: z.string().optional(),
    });
    const found: VersionAnswer[] = [];
    let token: string | undefined;
    do {
      const query = { filter, max_results: '200', ...(token ? { page_token: token } : {}) };
      const page = await this.#client.get('model-versions/search', query, Page);
      found.push(...page.model_versions);
      token = page.next_page_token;
    } while (token);
    return found.sort((a, b) => b.version - a.version);
  }
}

/** The registry as a pipeline's step sees it, by what its engine put into the environment. */
export function createModelRegistry(
  environment: Readonly<Record<string, string | undefined>>,
): ModelRegistry {
  return new MlflowModelRegistry({
    client: stepClient(environment),
    objects: () => openObjectStore(objectStoreLocation(environment)),
  });
}

/** Undefined where the tags do not say which bundle it is and what it measured. */
function modelOf(answer: VersionAnswer): ModelVersion | undefined {
  const tags = new Map(answer.tags.map(({ key, value }) => [key, value]));
  const parsed = ModelVersion.safeParse({
    name: answer.name,
    version: answer.version,
    bundle: tags.get(tag.bundle),
    run: tags.get(tag.run) ?? null,
    createdAt: new Date(answer.creation_timestamp).toISOString(),
    metrics: parsedMetrics(tags.get(tag.metrics) ?? '{}'),
  });
  return parsed.success ? parsed.data : undefined;
}

function parsedMetrics(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In JSON, NaN would silently become null. */
function requireFiniteMetrics({ metrics }: Registration): void {
  const wrong = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
  if (!wrong) return;
  throw new UserError({
    kind: 'invalid',
    code: 'metric_not_finite',
    message: `the metric ${wrong[0]} of the model is ${wrong[1]}`,
    action: 'Leave it out, or find out why it could not be measured.',
  });
}
