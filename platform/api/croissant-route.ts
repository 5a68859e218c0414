import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { croissant } from '@visavox/core/croissant';
import type { ApiEnv } from './api-env.ts';
import { datasetDigest } from './dataset-digest.ts';
import { answerWithinMs, computing, inTime } from './in-time.ts';
import type { PlatformResources } from './resources.ts';
import { json, operator, problem } from './route-parts.ts';
import { Computing } from './validation-schemas.ts';

const text = z.string().trim().min(1).max(5000).optional();

export const croissantRoute = createRoute({
  method: 'get',
  path: '/api/v1/datasets/{digest}/croissant',
  tags: ['platform'],
  summary: 'The metadata of a version as Croissant 1.0, to lie beside its files',
  description:
    'Licence and creator are those that the project declares unless given; without them it is refused.',
  security: operator,
  request: {
    params: z.object({ digest: z.string() }),
    query: z.object({ license: text, creator: text, description: text }),
  },
  responses: {
    200: json(z.record(z.string(), z.unknown()).openapi('Croissant'), 'JSON-LD'),
    202: json(Computing, 'the tables are being read: ask again'),
    default: problem,
  },
});

export function addCroissantRoute(
  app: OpenAPIHono<ApiEnv>,
  { datasets, profiles, aboutDataset }: Pick<PlatformResources, 'datasets' | 'profiles' | 'aboutDataset'>,
): void {
  app.openapi(croissantRoute, async (c) => {
    const { digest, manifest } = await datasets.get(datasetDigest(c.req.valid('param').digest));
    const profile = await inTime(profiles.of(digest), answerWithinMs);
    if (!profile) return c.json(computing, 202);
    const listed = (await datasets.list()).find(
      (version) =>
        version.digest === digest ||
        version.splits?.some(({ parts }) => parts.some(({ dataset }) => dataset === digest)),
    );
    const given = Object.entries(c.req.valid('query')).filter(([, value]) => value !== undefined);
    const metadata = croissant({
      ...{ digest, manifest, profile, createdAt: listed?.createdAt ?? new Date().toISOString() },
      url: `${new URL(c.req.url).origin}/console/datasets/${digest}`,
      about: { ...aboutDataset(manifest.name), ...Object.fromEntries(given) },
    });
    return c.json(metadata, 200);
  });
}
