import type { OpenAPIHono } from '@hono/zod-openapi';
import { diffProfiles } from '@visavox/core/profile-difference';
import type { ApiEnv } from './api-env.ts';
import { datasetDigest } from './dataset-digest.ts';
import { answerWithinMs, computing, inTime } from './in-time.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';

/** What is in dataset versions. Whoever asks while it is being computed for long is told to ask again. */
export function addProfileRoutes(
  app: OpenAPIHono<ApiEnv>,
  {
    profiles,
    answerWithin = answerWithinMs,
  }: Pick<PlatformResources, 'profiles'> & { answerWithin?: number },
): void {
  app.openapi(routes.datasetProfile, async (c) => {
    const profile = await inTime(profiles.of(datasetDigest(c.req.valid('param').digest)), answerWithin);
    return profile ? c.json(profile, 200) : c.json(computing, 202);
  });

  app.openapi(routes.profileDifference, async (c) => {
    const [from, to] = [datasetDigest(c.req.valid('query').from), datasetDigest(c.req.valid('param').digest)];
    const both = await inTime(Promise.all([profiles.of(from), profiles.of(to)]), answerWithin);
    if (!both) return c.json(computing, 202);
    const [before, after] = both;
    return c.json({ from, to, tables: copied(diffProfiles(before, after)) }, 200);
  });
}

/** Answers are written as lists that could be changed. */
function copied(difference: ReturnType<typeof diffProfiles>) {
  if (!difference) return null;
  const { added, removed, retyped, columns } = difference;
  return {
    ...difference,
    added: [...added],
    removed: [...removed],
    retyped: [...retyped],
    columns: [...columns],
  };
}
