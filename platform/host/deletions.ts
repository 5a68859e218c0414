import { KeptDeletions } from '@visavox/adapters/deletion/dataset-deletions';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import { SqlDeletedVersions } from '@visavox/adapters/sql/deleted-versions';
import { beyondRetention } from '@visavox/core/dataset-tombstone';
import { messageOf } from '@visavox/core/errors';
import type { DatasetDeletions } from '@visavox/core/ports';
import type { Repeated } from './application.ts';
import type { Platform } from './platform.ts';
import type { ProjectDeclaration } from './project.ts';

const everyMs = 60 * 60_000;

export interface OpenDeletions {
  readonly deletions: DatasetDeletions;
  readonly whileKept: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Bytes are removed and versions saved one at a time: what is saved may be made of what is being removed. */
export function openDeletions(platform: Platform, heldByApplication: boolean): OpenDeletions {
  const { database, datasets, objects, now } = platform;
  const amongProcesses = databaseLock(database, 'bytes of datasets');
  let turn: Promise<unknown> = Promise.resolve();
  const whileKept = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => amongProcesses(work));
    turn = mine.catch(() => {});
    return mine;
  };
  const store = new SqlDeletedVersions(database.db);
  return {
    whileKept,
    deletions: new KeptDeletions({ datasets, store, objects, heldByApplication, now, alone: whileKept }),
  };
}

/** Deletes what the project's retention keeps no longer, but never what a run or a release stands on. */
export function retaining(
  { datasets, log, now }: Platform,
  deletions: DatasetDeletions,
  { datasets: declared = {} }: Pick<ProjectDeclaration, 'datasets'>,
): Repeated {
  const work = async () => {
    await deletions.finish();
    const listed = await datasets.list();
    for (const [name, { retention }] of Object.entries(declared)) {
      if (!retention) continue;
      const versions = listed.filter((version) => version.name === name);
      const reason = `the retention of ${name}: ${wordsOf(retention)}`;
      for (const { digest } of beyondRetention(versions, retention, now()))
        await deletions
          .delete(digest, { reason, by: 'retention', evenIfReleased: false })
          .then(({ freed }) => log.info({ dataset: digest, name, freed }, 'dataset version deleted'))
          .catch((error: unknown) =>
            log.info({ dataset: digest, name, reason: messageOf(error) }, 'dataset version kept'),
          );
    }
  };
  return { name: 'retention of datasets', everyMs, work };
}

function wordsOf({ newest, days }: { newest?: number | undefined; days?: number | undefined }): string {
  return [
    ...(newest === undefined ? [] : [`the ${newest} newest`]),
    ...(days === undefined ? [] : [`those of ${days} days`]),
  ].join(' and ');
}
