import { once } from 'node:events';
import { type Leadership, lead } from '@visavox/adapters/sql/leader-lock';
import type { Controllers } from '@visavox/control/controllers';
import type { Logger } from 'pino';
import type { Repeated } from './application.ts';
import type { EngineOfLeader } from './engine-of-leader.ts';
import { repeat } from './repeating.ts';

const tickEveryMs = 2000;

interface LeadingResources {
  readonly databaseUrl: string | undefined;
  readonly log: Logger;
  readonly engine: EngineOfLeader;
  readonly controllers: Pick<Controllers, 'tick'>;
  /** What a project adds, such as sweeping up. */
  readonly work: readonly Repeated[];
  /** Whether the registry can be written to; the first time, after `prepareRegistry`. */
  readonly registryAnswers: () => boolean;
  readonly prepareRegistry: () => Promise<void>;
  /** Tells the other processes where the leader is. */
  readonly announce: () => Promise<void>;
  /** Waited for before the engine is closed, when this process ends: whoever is being answered may need it. */
  readonly answered: () => Promise<void>;
}

/** What one process among all does: it trains, releases, and sweeps up. */
export function startLeading(resources: LeadingResources): Leadership {
  const { databaseUrl, log, engine, controllers } = resources;
  let registryPrepared = false;
  const train = async () => {
    if (!resources.registryAnswers()) return;
    if (!registryPrepared) await resources.prepareRegistry();
    registryPrepared = true;
    await controllers.tick();
  };
  const training: Repeated = { name: 'continuous training', everyMs: tickEveryMs, work: train };
  return lead({
    url: databaseUrl,
    name: 'visavox controller',
    report: (event, details) => log.info(details, event),
    work: async (term) => {
      try {
        await engine.recover();
        await resources.announce();
        const work = [...resources.work, training].map((one) => repeat(one.work, { ...one, log }));
        if (!term.aborted) await once(term, 'abort');
        await Promise.all([...work.map((one) => one.stop()), resources.answered()]);
      } finally {
        await engine.close();
      }
    },
  });
}
