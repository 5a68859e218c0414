import { bearerOf } from '@visavox/api/operators';
import type { OperatorToken } from '@visavox/api/resources';
import { sameSecret } from '@visavox/core/token';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-env.ts';
import type { Places } from './places.ts';

const operator = 'the operator';

/**
 * For requests that decode recordings: turned away at their first byte where they could not be answered in time, read
 * as a whole, and then let in by turns.
 */
export function admit(
  places: Places,
  { kind, operatorToken }: { kind: string; operatorToken: OperatorToken },
  readBody: MiddlewareHandler<AppEnv>,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const bearer = bearerOf(c);
    const isOperator = bearer !== undefined && sameSecret(bearer, await operatorToken());
    const turn = places.announce({ client: isOperator ? operator : c.get('network'), kind });
    try {
      await readBody(c, async () => {
        await turn.enter();
        await places.inTurn(turn, next);
      });
    } finally {
      turn.leave({ failed: c.error !== undefined });
    }
  };
}
