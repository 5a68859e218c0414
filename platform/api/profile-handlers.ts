import type { OpenAPIHono } from '@hono/zod-openapi';
import { Digest } from '@visavox/core/digest';
import { diffProfiles } from '@visavox/core/profile-difference';
import type { ApiEnv } from './api-env.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { unknown } from './unknown.ts';

/** Before the connection of whoever asks would be given up. */
const answerWithinMs = 20_000;

const computing = { state: 'computing' as const };

/** What is in dataset versions. Whoever asks while it is being computed for long is told to ask again. */
export function addProfileRoutes(
  app: OpenAPIHono<ApiEnv>,
  {
    profiles,
    answerWithin = answerWithinMs,
  }: Pick<PlatformResources, 'profiles'> & { answerWithin?: number },
): void {
  app.openapi(routes.datasetProfile, async (c) => {
    const profile = await inTime(profiles.of(digestIn(c.req.valid('param').digest)), answerWithin);
    return profile ? c.json(profile, 200) : c.json(computing, 202);
  });

  app.openapi(routes.profileDifference, async (c) => {
    const [from, to] = [digestIn(c.req.valid('query').from), digestIn(c.req.valid('param').digest)];
    const both = await inTime(Promise.all([profiles.of(from), profiles.of(to)]), answerWithin);
    if (!both) return c.json(computing, 202);
    const [before, after] = both;
    return c.json({ from, to, tables: copied(diffProfiles(before, after)) }, 200);
  });
}

function digestIn(text: string): Digest {
  const digest = Digest.safeParse(text);
  if (!digest.success) throw unknown('dataset', text);
  return digest.data;
}

/** Undefined where it takes longer. */
async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs);
  });
  work.catch(() => {}); // whoever asks next is told
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
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
