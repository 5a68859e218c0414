import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** Waits so many milliseconds; returns early, and true, once Ctrl-C was pressed. */
export type Wait = (milliseconds: number) => Promise<boolean>;

/** While `work` goes on, Ctrl-C does not end this program: its waits tell of it. */
export async function untilInterrupted<Result>(work: (wait: Wait) => Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const interrupted = once(process, 'SIGINT', { signal: over.signal }).then(
    () => true,
    () => true,
  );
  try {
    return await work((milliseconds) => Promise.race([interrupted, pause(milliseconds, false)]));
  } finally {
    over.abort();
  }
}
