import { UserError } from '@visavox/core/errors';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-env.ts';

/**
 * Lets a few requests work at once and a few more wait: decoded images are large, and a crowd that is served in
 * turn is served sooner than one that is served all at once.
 */
export function admit(limits: { atOnce: number; waiting: number }): MiddlewareHandler<AppEnv> {
  const queue: (() => void)[] = [];
  let working = 0;
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else working--;
  };
  return async (_c, next) => {
    if (working >= limits.atOnce) {
      if (queue.length >= limits.waiting) throw busy();
      await new Promise<void>((enter) => queue.push(enter));
    } else {
      working++;
    }
    try {
      await next();
    } finally {
      leave();
    }
  };
}

function busy(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'busy',
    message: 'too many people are being served at once',
    action: 'Try again in a few seconds.',
    details: { retryAfterSeconds: 3 },
  });
}
