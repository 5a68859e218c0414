import { delimiter, join } from 'node:path';
import { optuna } from '@visavox/adapters/optuna/optuna';
import { SqlSweepStore } from '@visavox/adapters/sql/sweep-store';
import { Sweeps } from '@visavox/control/sweeps';
import { messageOf } from '@visavox/core/errors';
import type { PipelineEngine, TrackedCurves, Tracker } from '@visavox/core/ports';
import { Environments } from '@visavox/pipelines/environments/environments';
import { toolSettings } from '@visavox/pipelines/environments/tool';
import { trackSweepEnd } from '@visavox/pipelines/tracked-runs';
import type { Platform } from './platform.ts';

/** Sweeps over any pipeline. Optuna has an environment beside those of steps. */
export function openSweeps(
  platform: Platform,
  {
    engine,
    tracker,
    curves,
  }: { readonly engine: PipelineEngine; readonly tracker: Tracker; readonly curves: TrackedCurves },
): Sweeps {
  const { settings, log, database, runs, objects, now } = platform;
  const { PATH = '', HOME = '' } = process.env;
  const environment = {
    ...{ HOME, PATH: [join(settings.setup, 'python', 'bin'), PATH].join(delimiter) },
    ...toolSettings(),
  };
  return new Sweeps({
    ...{ engine, runs, objects, curves, now },
    store: new SqlSweepStore(database.db),
    propose: optuna({
      environments: new Environments({ folder: join(settings.home, 'environments'), environment }),
      environment,
      log: (text) => log.info(text),
    }),
    // What is tracked is beside what was found.
    finished: (sweep, outcomes) =>
      trackSweepEnd(tracker, sweep, outcomes).catch((error: unknown) =>
        log.warn({ sweep: sweep.id, reason: messageOf(error) }, 'the end of a sweep is not tracked'),
      ),
    report: (event, details) => log.info(details, event),
  });
}
