import { setTimeout as pause } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-env.ts';

/** How long a refusal took says nothing below this; longer than what differs between two people. */
const stepMs = 400;

/**
 * Lets refusals take a whole number of steps, so that nobody tells by the clock what was compared: a person's fifty kept answers
 * take longer to look through than none. Outside of the places that are shared out, since it only waits.
 */
export const evenOutRefusals: MiddlewareHandler<AppEnv> = async (c, next) => {
  const started = performance.now();
  await next();
  if (!c.get('refused')) return;
  const taken = performance.now() - started;
  await pause(Math.ceil(taken / stepMs) * stepMs - taken);
};
