import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';

/** Looks once a second until something is there. What is thrown meanwhile is told where it never comes. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = `: ${messageOf(error)}`;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${seconds} s${last}`);
    await pause(1000);
  }
}
