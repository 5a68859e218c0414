import { once } from 'node:events';
import { type Leadership, lead } from '@visavox/adapters/sql/leader-lock';
import type { Logger } from 'pino';
import type { Services } from './compose.ts';
import type { EngineOfLeader } from './engine-of-leader.ts';
import { repeat } from './repeating.ts';
import type { ControllerPort } from './resources.ts';

const tickEveryMs = 2000;
const keepUpEveryMs = 5000;
const sweepEveryMs = 5 * 60_000;

interface LeadingResources {
  readonly databaseUrl: string | undefined;
  readonly log: Logger;
  readonly services: Services;
  readonly engine: EngineOfLeader;
  readonly controller: Pick<ControllerPort, 'tick'>;
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
  const { databaseUrl, log, services, engine, controller } = resources;
  let registryPrepared = false;
  const train = async () => {
    // The published recogniser has to be version 1, so nothing else is registered before it.
    if (!resources.registryAnswers()) return;
    if (!registryPrepared) await resources.prepareRegistry();
    registryPrepared = true;
    await controller.tick();
  };
  const sweep = async () => {
    await services.recordings.recover();
    await services.recordings.expire(new Date());
    await services.challenges.sweep();
    await services.enrolmentChallenges.sweep();
    await services.limits.sweep();
    await services.tries.sweep();
    await services.operatorSessions.sweep();
    await services.waysIn.sweep();
  };
  return lead({
    url: databaseUrl,
    name: 'visavox controller',
    report: (event, details) => log.info(details, event),
    work: async (term) => {
      try {
        await engine.recover();
        await resources.announce();
        const serving = repeat(() => services.champion.keepUp(), {
          name: 'keeping the champion up',
          everyMs: keepUpEveryMs,
          log,
        });
        const training = repeat(train, { name: 'continuous training', everyMs: tickEveryMs, log });
        const sweeping = repeat(sweep, { name: 'sweeping', everyMs: sweepEveryMs, log });
        if (!term.aborted) await once(term, 'abort');
        await Promise.all([serving.stop(), training.stop(), sweeping.stop(), resources.answered()]);
      } finally {
        await engine.close();
      }
    },
  });
}
