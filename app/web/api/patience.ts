import { Problem } from '@visavox/console/api/problem';

/** So often a request is sent, and no longer than this in all: a challenge is good for two minutes. */
const TRIES = 4;
const LONGEST_MS = 45_000;

/** Sends once more, by itself, what a service that had too much to do did not look at: nobody has to say the digits again for that. */
export async function untilThereIsRoom<T>(send: () => Promise<T>): Promise<T> {
  const until = performance.now() + LONGEST_MS;
  for (let attempt = 1; ; attempt++)
    try {
      return await send();
    } catch (error) {
      const wait = error instanceof Problem && error.code === 'busy' ? error.retryAfterSeconds : null;
      if (wait === null || attempt === TRIES || performance.now() + 1000 * wait > until) throw error;
      await new Promise((done) => setTimeout(done, 1000 * wait));
    }
}
