import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { datasetDigest } from './dataset-digest.ts';
import { answerWithinMs, computing, inTime } from './in-time.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';

/** Dataset versions in parts. Whoever asks while one is being split for long is told to ask again. */
export function addSplitRoutes(
  app: OpenAPIHono<ApiEnv>,
  {
    datasets,
    splits,
    answerWithin = answerWithinMs,
  }: Pick<PlatformResources, 'datasets' | 'splits'> & { answerWithin?: number },
): void {
  app.openapi(routes.splitDataset, async (c) => {
    const { digest } = await datasets.get(datasetDigest(c.req.valid('param').digest));
    const { name, ...rule } = c.req.valid('json');
    const split = await inTime(splits.create(digest, { name, rule }), answerWithin);
    return split ? c.json(split, 201) : c.json(computing, 202);
  });

  app.openapi(routes.splits, async (c) => {
    const { digest } = await datasets.get(datasetDigest(c.req.valid('param').digest));
    return c.json({ splits: [...(await splits.list(digest))] }, 200);
  });
}
