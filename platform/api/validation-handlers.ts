import type { OpenAPIHono } from '@hono/zod-openapi';
import { UserError } from '@visavox/core/errors';
import type { ApiEnv } from './api-env.ts';
import { datasetDigest } from './dataset-digest.ts';
import { answerWithinMs, computing, inTime } from './in-time.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';

/** Whether dataset versions are as rules want them. Whoever asks while one is being checked for long is told to ask again. */
export function addValidationRoutes(
  app: OpenAPIHono<ApiEnv>,
  {
    datasets,
    validations,
    rulesOf,
    answerWithin = answerWithinMs,
  }: Pick<PlatformResources, 'datasets' | 'validations' | 'rulesOf'> & { answerWithin?: number },
): void {
  app.openapi(routes.validateDataset, async (c) => {
    const version = await datasets.get(datasetDigest(c.req.valid('param').digest));
    const { name } = version.manifest;
    const rules = c.req.valid('json').rules ?? (await rulesOf(name));
    if (rules === undefined) throw noRules(name);
    const validation = await inTime(validations.validate(version, rules), answerWithin);
    return validation ? c.json(validation, 200) : c.json(computing, 202);
  });

  app.openapi(routes.validations, async (c) => {
    const { digest } = await datasets.get(datasetDigest(c.req.valid('param').digest));
    return c.json({ validations: [...(await validations.list(digest))] }, 200);
  });
}

function noRules(name: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'rules_missing',
    message: `no rules were given, and the project declares none for the dataset ${name}`,
    action:
      'Give a file of rules (--rules rules.yaml), or name one in visavox.config: datasets: { NAME: { rules } }.',
  });
}
