import { UserError } from '@visavox/core/errors';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api-env.ts';
import type { PlatformResources } from './resources.ts';

/** What a model's last environment serves is what counts: who is no operator brings nothing up there. */
export function operatorsInLastEnvironment({
  controllers,
}: Pick<PlatformResources, 'controllers'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.get('caller').operator) return next();
    const name = c.req.param('name') ?? '';
    const { environment } = controllers.of(name, c.req.query('environment'));
    const environments = controllers.ofModel(name).map((one) => one.environment);
    if (environment === environments.at(-1)) throw operatorNeeded(name, environment, environments);
    await next();
  };
}

function operatorNeeded(model: string, environment: string, environments: readonly string[]): UserError {
  const others = environments.slice(0, -1).join(', ');
  return new UserError({
    kind: 'forbidden',
    code: 'role_needed',
    message: `${environment} is the last environment of ${model}: this needs the role operator there`,
    action: others
      ? `Use another one (${others}), or ask an operator to do it.`
      : 'Ask an operator to do it, or declare an environment before it.',
    details: { least: 'operator', environment },
  });
}
