import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';
import type { Answer } from './api-env.ts';

/** What must hold before a process is given work, by name; each throws when it does not. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

const answerWithinMs = 2500;

/**
 * Probes of an orchestrator, before everything else, since they come under any host name. `/healthz/live`: the process
 * answers. `/healthz/ready`: it can do its work; the body names what cannot be reached.
 */
export function withHealth(checks: Checks, answer: Answer): Answer {
  return async (request, env) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz/live') return Response.json({ status: 'live' });
    if (pathname !== '/healthz/ready') return answer(request, env);
    const found = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await faultOf(check)] as const),
    );
    const missing = Object.fromEntries(found.filter(([, fault]) => fault !== undefined));
    const ready = Object.keys(missing).length === 0;
    return Response.json(ready ? { status: 'ready' } : { status: 'not ready', missing }, {
      status: ready ? 200 : 503,
    });
  };
}

/** Before anything is open. */
export const starting: Checks = {
  start: async () => {
    throw new Error('starting');
  },
};

async function faultOf(check: () => Promise<void>): Promise<string | undefined> {
  const given = new AbortController();
  try {
    return await Promise.race([
      check().then(() => undefined),
      pause(answerWithinMs, 'does not answer', { signal: given.signal }),
    ]);
  } catch (error) {
    return messageOf(error);
  } finally {
    given.abort();
  }
}
