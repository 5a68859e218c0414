import type { OpenAPIHono } from '@hono/zod-openapi';
import { publishedAttacks, weakRows } from '@visavox/recognition/evaluation/attacks/published-attacks';
import { type ApiResources, environment, modelName } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { routes } from './routes.ts';

/** What operators look at. */
export function addConsoleRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { overview, attempts, controllers, releases } = resources;

  app.openapi(routes.overview, async (c) => {
    const champion = (await releases.champion(environment, modelName)) ?? null;
    const controller = controllers.of(modelName, environment);
    const { counts, thresholds, training, lastFailure, paused } = await controller.progress();
    return c.json(
      {
        ...(await overview.counts()),
        attempts: await overview.attemptsByDay(),
        champion: champion && {
          model: champion.model,
          version: champion.version,
          since: champion.promotedAt ?? champion.createdAt,
        },
        pending: {
          model: modelName,
          newPeople: counts.people ?? 0,
          newSamples: counts.samples ?? 0,
          thresholds: { people: thresholds.people ?? 0, samples: thresholds.samples ?? 0 },
          training: training && { run: training.run, trigger: training.trigger },
          lastFailure,
          paused,
        },
        weakAgainst: weakRows(publishedAttacks()).map(({ attack, material, presentations, errors }) => ({
          ...{ attack, material, presentations, errors },
        })),
      },
      200,
    );
  });

  app.openapi(routes.attempts, async (c) => {
    const found = await attempts.list(c.req.valid('query'));
    const shown = found.map(({ reasons, createdAt, ...attempt }) => ({
      ...attempt,
      reasons: [...reasons],
      createdAt: createdAt.toISOString(),
    }));
    return c.json({ attempts: shown }, 200);
  });

  app.openapi(routes.samples, async (c) => {
    const found = await overview.samples(c.req.valid('query'));
    const shown = found.map((sample) => ({ ...sample, capturedAt: sample.capturedAt.toISOString() }));
    return c.json({ samples: shown }, 200);
  });
}
