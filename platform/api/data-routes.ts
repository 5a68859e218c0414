import type { OpenAPIHono } from '@hono/zod-openapi';
import { blobsOf } from '@visavox/core/blob-pack';
import { BlobUploads, uploadPartBytes } from '@visavox/core/blob-uploads';
import { CodeManifest, codeDigest, codeManifest } from '@visavox/core/code';
import { type DatasetItem, type DatasetVersion, datasetVersion, diffDatasets } from '@visavox/core/dataset';
import type { DatasetValidation } from '@visavox/core/dataset-validation';
import { Digest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import {
  blobKey,
  blobPresence,
  hasBlob,
  isBlobWhole,
  type ObjectStore,
  putBlob,
  putBlobAs,
  readBlob,
  requireDigest,
} from '@visavox/core/object-store';
import { storeManifest } from '@visavox/pipelines/code/stored-code';
import type { ApiEnv } from './api-env.ts';
import { answerWithinMs, computing, inTime } from './in-time.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { bodyOf, streamedBody } from './streams.ts';
import { unknown } from './unknown.ts';

/** Each is flushed to the disk, which does many at once as quickly as one. */
const storedAtOnce = 16;

/** Dataset versions and the code of runs: made of blobs, read, and compared with their digests. */
export function addDataRoutes(
  app: OpenAPIHono<ApiEnv>,
  resources: Pick<
    PlatformResources,
    'datasets' | 'objects' | 'log' | 'validations' | 'rulesOf' | 'whileKept'
  >,
): void {
  const { datasets, objects, log } = resources;
  const versionOf = async (text: string): Promise<DatasetVersion> => {
    const digest = Digest.safeParse(text);
    if (!digest.success) throw unknown('dataset', text);
    return datasets.get(digest.data);
  };

  app.openapi(routes.datasets, async (c) => {
    const listed = (await datasets.list()).map(({ splits = [], ...version }) => ({
      ...version,
      splits: splits.map(({ name, parts }) => ({ name, parts: [...parts] })),
    }));
    return c.json({ datasets: listed }, 200);
  });

  app.openapi(routes.dataset, async (c) => c.json(await versionOf(c.req.valid('param').digest), 200));

  app.openapi(routes.datasetItems, async (c) => {
    const { digest, manifest } = await versionOf(c.req.valid('param').digest);
    const { find, start, limit } = c.req.valid('query');
    const { name, items } = manifest;
    const found = find ? items.filter(matches(find)) : items;
    const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
    const counts = { found: found.length, total: items.length, bytes };
    return c.json({ digest, name, items: found.slice(start, start + limit), ...counts }, 200);
  });

  app.openapi(routes.datasetDifference, async (c) => {
    const { from, limit } = c.req.valid('query');
    const [after, before] = [await versionOf(c.req.valid('param').digest), await versionOf(from)];
    const { added, removed, changed } = diffDatasets(before.manifest, after.manifest);
    const first = <T>(items: readonly T[]) => ({ count: items.length, items: items.slice(0, limit) });
    return c.json({ added: first(added), removed: first(removed), changed: first(changed) }, 200);
  });

  app.openapi(routes.missingBlobs, async (c) => {
    const missing = await missingIn(objects, c.req.valid('json').digests);
    return c.json({ missing }, 200);
  });

  app.openapi(routes.putBlobs, async (c) => {
    const left = [...blobsOf(new Uint8Array(await c.req.arrayBuffer()))];
    await Promise.all(
      Array.from({ length: storedAtOnce }, async () => {
        for (let blob = left.pop(); blob; blob = left.pop()) await putBlob(objects, blob.bytes);
      }),
    );
    return c.body(null, 204);
  });

  app.openapi(routes.putBlob, async (c) => {
    const { digest } = c.req.valid('param');
    if (!(await hasBlob(objects, digest))) await putBlobAs(objects, digest, bodyOf(c));
    else for await (const _ of requireDigest(digest, bodyOf(c)));
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

  const uploads = new BlobUploads(objects);

  app.openapi(routes.blobParts, async (c) => {
    const { digest } = c.req.valid('param');
    const stored = await hasBlob(objects, digest);
    return c.json({ stored, partBytes: uploadPartBytes, parts: [...(await uploads.parts(digest))] }, 200);
  });

  app.openapi(routes.putBlobPart, async (c) => {
    const { digest, number } = c.req.valid('param');
    await uploads.putPart(digest, number, new Uint8Array(await c.req.arrayBuffer()));
    return c.body(null, 204);
  });

  app.openapi(routes.joinBlobParts, async (c) => {
    const { digest } = c.req.valid('param');
    const state = await uploads.join(digest, c.req.valid('json').parts, answerWithinMs);
    return c.json({ state }, state === 'stored' ? 200 : 202);
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
    const requireSent = async () => {
      const missing = new Set(await missingIn(objects, [...new Set(items.map(({ digest }) => digest))]));
      if (missing.size > 0)
        throw new UserError({
          kind: 'conflict',
          code: 'blobs_missing',
          message: `${missing.size} of the items have not been sent`,
          action: 'Ask /api/v1/blobs/missing which, and put them to /api/v1/blobs/{digest} first.',
        });
    };
    const version = datasetVersion(name, items);
    const rules = await resources.rulesOf(name);
    if (rules !== undefined) {
      await requireSent();
      const validation = await inTime(resources.validations.validate(version, rules));
      if (!validation) return c.json(computing, 202);
      if (!validation.report.passed) throw rulesBroken(name, validation);
    }
    await resources.whileKept(async () => {
      await requireSent();
      await datasets.save(version);
    });
    log.info({ requestId: c.get('requestId'), dataset: version.digest, name }, 'dataset saved');
    return c.json({ digest: version.digest, items: items.length }, 201);
  });

  app.openapi(routes.verifyDataset, async (c) => {
    const { manifest } = await versionOf(c.req.valid('param').digest);
    const { start } = c.req.valid('query');
    const until = start === undefined ? Number.POSITIVE_INFINITY : performance.now() + answerWithinMs;
    const missing: string[] = [];
    const corrupted: string[] = [];
    let next = start ?? 0;
    for (const { key, digest } of manifest.items.slice(next)) {
      if (performance.now() > until) break;
      if (!(await objects.has(blobKey(digest)))) missing.push(key);
      else if (!(await isBlobWhole(objects, digest))) corrupted.push(key);
      next++;
    }
    const items = manifest.items.length;
    return c.json({ items, missing, corrupted, next: next < items ? next : null }, 200);
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
    const bytes = readBlob(objects, item.digest, `${key} of the dataset ${manifest.name}`);
    const body = await streamedBody(c, bytes, log).catch((error: unknown) => {
      throw error instanceof SystemError ? itemDamaged(error) : error;
    });
    return c.body(body, 200, {
      'content-type': 'application/octet-stream',
      'content-length': String(item.bytes),
    });
  });
}

function rulesBroken(name: string, { report, rules }: DatasetValidation): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'rules_broken',
    message: `the files break the rules of the dataset ${name}, and no version was made of them\n\n${report.text}`,
    action: 'Correct the files and import them again, or change the rules that visavox.config names.',
    details: { rules, report },
  });
}

/** By key or label, as people type them. */
function matches(text: string): (item: DatasetItem) => boolean {
  const wanted = text.toLowerCase();
  return ({ key, labels }) =>
    key.toLowerCase().includes(wanted) ||
    Object.entries(labels).some(([name, value]) => `${name}=${value}`.toLowerCase().includes(wanted));
}

function itemDamaged(cause: SystemError): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'item_damaged',
    message: cause.message,
    action: 'Import the file again: its bytes are sent anew, and every version that holds it is whole again.',
    cause,
  });
}

async function missingIn(objects: ObjectStore, digests: readonly Digest[]): Promise<Digest[]> {
  const isThere = await blobPresence(objects);
  const missing: Digest[] = [];
  for (const digest of digests) if (!(await isThere(digest))) missing.push(digest);
  return missing;
}
