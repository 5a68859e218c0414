import type { OpenAPIHono } from '@hono/zod-openapi';
import { findDataset } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import { mlBom } from '@visavox/core/ml-bom';
import { type ModelVersion, modelReference, parseModelReference } from '@visavox/core/model';
import { presentAliases, requireOwnAlias } from '@visavox/core/model-alias';
import { compareModels, datasetName } from '@visavox/core/model-comparison';
import { partText } from '@visavox/core/model-signature';
import { getBlob } from '@visavox/core/object-store';
import type { ApiEnv } from './api-env.ts';
import { bytesOf, comparedModel, factsOf, type ModelFacts } from './model-facts.ts';
import { modelFactsRoutes as routes } from './model-facts-routes.ts';
import { releasesOf, versionOf, type Wanted } from './model-versions.ts';
import { byOf } from './operators.ts';
import type { PlatformResources } from './resources.ts';
import { unknown } from './unknown.ts';

type Resources = Pick<
  PlatformResources,
  | 'registry'
  | 'releases'
  | 'controllers'
  | 'objects'
  | 'runs'
  | 'datasets'
  | 'log'
  | 'descriptions'
  | 'signed'
  | 'aliases'
>;

const mostBytesOfExample = 256 * 1024;

/** What is known of model versions: what their files say, who signed them, and what people call them. */
export function addModelFactsRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  const { registry, signed, aliases, objects, log, datasets, controllers } = resources;

  const find = async (wanted: Wanted): Promise<ModelVersion> => {
    const { name } = wanted;
    const version = await versionOf(resources, wanted);
    const model = (await registry.list(name)).find((one) => one.version === version);
    if (!model) throw unknown('model', modelReference({ name, version }));
    return model;
  };
  const facts = async (wanted: Wanted): Promise<ModelFacts> => {
    const model = await find(wanted);
    const declared = controllers.all.filter((one) => one.model === model.name);
    return factsOf(resources, model, await releasesOf(resources, declared));
  };
  const history = async (name: string) => {
    const given = await aliases.history(name);
    const declared = controllers.all.filter(({ model }) => model === name);
    const champions = (await releasesOf(resources, declared)).flatMap(
      ({ version, environment, promotedAt: at, reason, by }) =>
        at === null ? [] : [{ alias: 'champion', version, environment, at, reason, by: by ?? 'release' }],
    );
    const all = [...given.map(({ model: _, ...change }) => ({ ...change, environment: null })), ...champions];
    return {
      aliases: presentAliases(given).map(({ model: _, ...change }) => change),
      history: all.sort((a, b) => (a.at < b.at ? 1 : -1)),
    };
  };

  app.openapi(routes.modelDetails, async (c) => {
    const { manifest, description, card, model } = await facts(
      wantedIn(c.req.valid('param'), c.req.valid('query')),
    );
    const { format: _, example, card: __, licence: ___, signature, ...described } = description;
    const file = manifest.files.find(({ path }) => path === example);
    const value =
      file && file.bytes <= mostBytesOfExample
        ? JSON.parse(new TextDecoder().decode(await getBlob(objects, file.digest, file.path)))
        : null;
    const { faults, ...verification } = await signed.look(model.bundle);
    return c.json(
      {
        ...{ ...described, card, files: manifest.files.length, bytes: bytesOf(manifest) },
        signature: signature && {
          inputs: asWritten(signature.inputs),
          outputs: asWritten(signature.outputs),
          params: asWritten(signature.params),
        },
        takes: signature?.inputs?.map(partText) ?? null,
        returns: signature?.outputs?.map(partText) ?? null,
        example: file ? { file: file.path, value } : null,
        signed: { ...verification, faults: [...faults] },
      },
      200,
    );
  });

  app.openapi(routes.modelBom, async (c) => {
    const bom = mlBom(await facts(wantedIn(c.req.valid('param'), c.req.valid('query'))));
    return c.json({ ...bom }, 200);
  });

  app.openapi(routes.modelSigned, async (c) => {
    const model = await find(wantedIn(c.req.valid('param'), c.req.valid('query')));
    const signature = await signed.signature(model.bundle);
    if (!signature) throw unknown('signature', modelReference(model));
    return c.json({ ...signature }, 200);
  });

  app.openapi(routes.verifyModel, async (c) => {
    const { faults, ...verification } = await signed.verify(
      (await find(wantedIn(c.req.valid('param'), c.req.valid('query')))).bundle,
    );
    return c.json({ ...verification, faults: [...faults] }, 200);
  });

  app.openapi(routes.signingKey, (c) => c.json({ id: signed.key.id, pem: signed.key.publicPem }, 200));

  app.openapi(routes.compareModels, async (c) => {
    const { a, b, on, environment } = c.req.valid('query');
    const sideOf = async (text: string) => comparedModel(await facts(wantedBy(text, environment)));
    const [x, y] = await Promise.all([sideOf(a), sideOf(b)]);
    const listed = await datasets.list();
    const names = new Map(listed.map(({ digest, name }) => [digest, name]));
    const compared = compareModels(x, y, {
      on: on === undefined ? null : findDataset(on, listed).digest,
      nameOf: (digest: Digest) => datasetName(names.get(digest), digest),
    });
    const { metrics, signature, card, lineage, sizes, ...heads } = compared;
    return c.json(
      {
        ...heads,
        metrics: [...metrics],
        ...{ signature: [...signature], card: [...card], lineage: [...lineage], sizes: [...sizes] },
      },
      200,
    );
  });

  app.openapi(routes.modelAliases, async (c) => c.json(await history(c.req.valid('param').name), 200));

  app.openapi(routes.setAlias, async (c) => {
    const { name, alias } = c.req.valid('param');
    const { version, reason } = c.req.valid('json');
    requireOwnAlias(alias);
    await find({ name, wanted: String(version) });
    // The registry first: what it refuses has not happened.
    await registry.setAlias(name, alias, version);
    await aliases.add({ model: name, alias, version, reason, by: byOf(c) });
    log.info({ requestId: c.get('requestId'), model: name, alias, version }, 'alias given');
    return c.json(await history(name), 200);
  });

  app.openapi(routes.removeAlias, async (c) => {
    const { name, alias } = c.req.valid('param');
    requireOwnAlias(alias);
    if (!presentAliases(await aliases.history(name)).some((one) => one.alias === alias))
      throw unknown('alias', `${name}@${alias}`);
    await registry.setAlias(name, alias, null);
    const { reason } = c.req.valid('query');
    await aliases.add({ model: name, alias, version: null, reason, by: byOf(c) });
    log.info({ requestId: c.get('requestId'), model: name, alias }, 'alias taken away');
    return c.json(await history(name), 200);
  });
}

/** As MLflow writes them, whatever they have. */
function asWritten(parts: readonly object[] | null): Record<string, unknown>[] | null {
  return parts?.map((part) => ({ ...part })) ?? null;
}

function wantedIn(
  { name, version: wanted }: { readonly name: string; readonly version: string },
  query: { readonly environment?: string | undefined },
): Wanted {
  return { name, wanted, ...query };
}

function wantedBy(text: string, environment: string | undefined): Wanted {
  const reference = parseModelReference(text);
  const { name } = reference;
  return { name, wanted: 'version' in reference ? String(reference.version) : reference.alias, environment };
}
