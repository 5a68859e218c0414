import type { MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import type { OperatorToken } from '../operator-token.ts';
import { sameSecret } from '../secrets.ts';
import type { AppEnv } from './app-env.ts';
import { bearerOf } from './auth.ts';
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

const reportEveryMs = 10_000;

/** Says now and then how many were turned away: a line each would be the next thing to run out. */
export function reportRefusals(log: Pick<Logger, 'warn'>): () => void {
  let refused = 0;
  const report = () => {
    log.warn({ refused, seconds: reportEveryMs / 1000 }, 'too busy for some requests');
    refused = 0;
  };
  return () => {
    if (refused === 0) setTimeout(report, reportEveryMs).unref();
    refused++;
  };
}
