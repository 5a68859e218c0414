import { randomUUID } from 'node:crypto';
import { SqlExperimentJournal } from '@visavox/adapters/sql/experiment-journal';
import { SqlExperimentStore } from '@visavox/adapters/sql/experiment-store';
import type { Controllers } from '@visavox/control/controllers';
import { Experiments } from '@visavox/control/experiments/experiments';
import type { Platform } from './platform.ts';

/** Tests of challengers; what they decide is carried out by the controllers of their models. */
export function openExperiments(
  { database, releases, now, log }: Platform,
  controllers: () => Pick<Controllers, 'of'>,
): Experiments {
  return new Experiments({
    ...{ releases, now },
    store: new SqlExperimentStore(database.db),
    journal: new SqlExperimentJournal(database.db),
    promote: async ({ model, environment, challenger }, reason) => {
      await controllers().of(model, environment).promoteOrAsk(challenger, reason);
    },
    holdBack: ({ model, environment, challenger }, reason) =>
      controllers().of(model, environment).withdraw(challenger, reason),
    newId: randomUUID,
    report: (event, details) => log.info(details, event),
  });
}
