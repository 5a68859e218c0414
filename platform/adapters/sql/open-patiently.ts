import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '@visavox/core/errors';
import { isDatabaseAway } from './database-away.ts';

export interface Patience {
  /** How long a database that does not answer is waited for. */
  readonly waitMs: number;
  /** Told each time that it did not answer. */
  readonly report: (reason: string) => void;
  readonly pauseMs?: number;
}

/**
 * Opens a database that may be coming up at the same time, as everything does when a cluster is installed. What waiting
 * does not help, such as a wrong password, is an error at once.
 */
export async function openPatiently<Opened>(
  open: () => Promise<Opened>,
  { waitMs, report, pauseMs = 1000 }: Patience,
): Promise<Opened> {
  for (const until = Date.now() + waitMs; ; ) {
    try {
      return await open();
    } catch (error) {
      const away = error instanceof UserError && isDatabaseAway(error.cause);
      if (!away || Date.now() + pauseMs > until) throw error;
      report(error.message);
      await pause(pauseMs);
    }
  }
}
