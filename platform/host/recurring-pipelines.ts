import { randomUUID } from 'node:crypto';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import { type RecurringPipeline, RecurringPipelines } from '@visavox/control/recurring-pipelines';
import type { PipelineEngine } from '@visavox/core/ports';
import { pinDatasets } from '@visavox/pipelines/dataset-parameters';
import { parsePipelineSpec } from '@visavox/pipelines/read-ir';
import type { Platform } from './platform.ts';

/** Pipelines of the project that run by themselves. */
export function openRecurringPipelines(
  { database, datasets, runs, now, log }: Platform,
  {
    pipelines,
    engine,
  }: { readonly pipelines: readonly RecurringPipeline[]; readonly engine: PipelineEngine },
): RecurringPipelines {
  return new RecurringPipelines({
    ...{ pipelines, engine, runs, datasets, now },
    state: new SqlControlState(database.db),
    pin: ({ pipelineSpec, parameters }) => pinDatasets(parsePipelineSpec(pipelineSpec), parameters, datasets),
    exclusively: databaseLock(database, 'visavox recurring pipelines'),
    newId: randomUUID,
    report: (event, details) => log.info(details, event),
  });
}
