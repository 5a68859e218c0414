import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';
import type { Logger } from 'pino';

/** Whoever is stopped must not wait for long work; all of it may be interrupted and done again. */
const finishWithinMs = 3000;

/** Does the work again and again, one at a time, until stopped. What fails is logged and tried again. */
export function repeat(
  work: () => Promise<void>,
  options: { name: string; everyMs: number; log: Logger },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    let lastFailure = '';
    while (!signal.aborted) {
      try {
        await work();
        lastFailure = '';
      } catch (error) {
        if (signal.aborted) return;
        // The same failure every few seconds would bury the rest of the log.
        if (messageOf(error) !== lastFailure) options.log.error({ err: error }, `${options.name} failed`);
        lastFailure = messageOf(error);
      }
      await pause(options.everyMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await Promise.race([running, pause(finishWithinMs, undefined, { ref: false })]);
    },
  };
}
