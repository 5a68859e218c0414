import type { OpenAPIHono } from '@hono/zod-openapi';
import { CodeManifest, codeDigest, codeManifest } from '@visavox/core/code';
import { type DatasetVersion, datasetVersion } from '@visavox/core/dataset';
import { Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { blobKey, getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import { storeManifest } from '@visavox/pipelines/code/stored-code';
import type { ApiEnv } from './api-env.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { unknown } from './unknown.ts';

/** Dataset versions and the code of runs: made of blobs, read, and compared with their digests. */
export function addDataRoutes(
  app: OpenAPIHono<ApiEnv>,
  resources: Pick<PlatformResources, 'datasets' | 'objects' | 'log'>,
): void {
  const { datasets, objects, log } = resources;
  const versionOf = async (text: string): Promise<DatasetVersion> => {
    const digest = Digest.safeParse(text);
    if (!digest.success) throw unknown('dataset', text);
    return datasets.get(digest.data);
  };

  app.openapi(routes.datasets, async (c) => c.json({ datasets: [...(await datasets.list())] }, 200));

  app.openapi(routes.dataset, async (c) => c.json(await versionOf(c.req.valid('param').digest), 200));

  app.openapi(routes.missingBlobs, async (c) => {
    const missing = await missingIn(objects, c.req.valid('json').digests);
    return c.json({ missing }, 200);
  });

  app.openapi(routes.putBlob, async (c) => {
    const { digest } = c.req.valid('param');
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const actual = digestOf(bytes);
    if (actual !== digest)
      throw new UserError({
        kind: 'invalid',
        code: 'digest_mismatch',
        message: `what arrived has the digest ${actual}`,
        action: 'Send it again: it was changed on the way, or while it was read.',
      });
    await putBlob(objects, bytes);
    return c.body(null, 204);
  });

  app.openapi(routes.saveCode, async (c) => {
    const manifest = CodeManifest.safeParse(c.req.valid('json'));
    if (!manifest.success)
      throw new UserError({
        kind: 'invalid',
        code: 'code_invalid',
        message: `this is no folder's code: ${manifest.error.issues[0]?.message}`,
        action: 'Send files and links of one folder, by their paths in it.',
      });
    const code = codeManifest(manifest.data.files, manifest.data.links);
    const missing = await storeManifest(objects, code);
    return c.json({ digest: codeDigest(code), missing: [...missing] }, 200);
  });

  app.openapi(routes.saveDataset, async (c) => {
    const { name, items } = c.req.valid('json');
    const keys = new Set(items.map(({ key }) => key));
    if (keys.size < items.length)
      throw new UserError({
        kind: 'invalid',
        code: 'keys_repeated',
        message: 'two items have one key',
        action: 'Give each item a key of its own, such as its path.',
      });
    const missing = new Set(await missingIn(objects, [...new Set(items.map(({ digest }) => digest))]));
    if (missing.size > 0)
      throw new UserError({
        kind: 'conflict',
        code: 'blobs_missing',
        message: `${missing.size} of the items have not been sent`,
        action: 'Ask /api/v1/blobs/missing which, and put them to /api/v1/blobs/{digest} first.',
      });
    const version = datasetVersion(name, items);
    await datasets.save(version);
    log.info({ requestId: c.get('requestId'), dataset: version.digest, name }, 'dataset saved');
    return c.json({ digest: version.digest, items: items.length }, 201);
  });

  app.openapi(routes.verifyDataset, async (c) => {
    const { manifest } = await versionOf(c.req.valid('param').digest);
    const state = { items: manifest.items.length, missing: [] as string[], corrupted: [] as string[] };
    for (const { key, digest } of manifest.items) {
      if (!(await objects.has(blobKey(digest)))) state.missing.push(key);
      else if (!(await isWhole(objects, digest))) state.corrupted.push(key);
    }
    return c.json(state, 200);
  });

  app.openapi(routes.datasetItem, async (c) => {
    const { digest, key } = c.req.valid('param');
    const { manifest } = await versionOf(digest);
    const item = manifest.items.find((one) => one.key === key);
    if (!item) throw unknown('item', key);
    if (!(await objects.has(blobKey(item.digest))))
      throw new UserError({
        kind: 'gone',
        code: 'item_erased',
        message: `the bytes of ${key} are not kept any more`,
        action: 'Whom it came from was erased, or an object is lost: "visavox data verify" names them all.',
      });
    log.info({ requestId: c.get('requestId'), dataset: digest, key }, 'dataset item handed out');
    const bytes = await getBlob(objects, item.digest);
    return c.body(Uint8Array.from(bytes), 200, { 'content-type': 'application/octet-stream' });
  });
}

async function missingIn(objects: ObjectStore, digests: readonly Digest[]): Promise<Digest[]> {
  const missing: Digest[] = [];
  for (const digest of digests) if (!(await objects.has(blobKey(digest)))) missing.push(digest);
  return missing;
}

/** What cannot be decrypted or has another digest is not. */
async function isWhole(objects: ObjectStore, digest: Digest): Promise<boolean> {
  return getBlob(objects, digest).then(
    () => true,
    () => false,
  );
}
