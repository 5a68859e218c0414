import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { datasetDigest } from './dataset-digest.ts';
import { byOf } from './operators.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';

export function addDeletionRoutes(
  app: OpenAPIHono<ApiEnv>,
  { deletions, log }: Pick<PlatformResources, 'deletions' | 'log'>,
): void {
  app.openapi(routes.deleteDataset, async (c) => {
    const dataset = datasetDigest(c.req.valid('param').digest);
    const tombstone = await deletions.delete(dataset, { ...c.req.valid('json'), by: byOf(c) });
    const { name, reason, freed } = tombstone;
    log.info({ requestId: c.get('requestId'), dataset, name, reason, freed }, 'dataset version deleted');
    return c.json(tombstone, 200);
  });

  app.openapi(routes.tombstones, async (c) =>
    c.json({ tombstones: [...(await deletions.list(c.req.valid('query').name))] }, 200),
  );
}
