import { join } from 'node:path';
import { StepGrants } from '@visavox/adapters/kubeflow/step/step-grants';
import { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import { ModelDescriptions } from '@visavox/adapters/models/model-descriptions';
import { SignedBundles } from '@visavox/adapters/models/signed-bundles';
import { SigningKey } from '@visavox/adapters/models/signing-key';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { SqlApprovals } from '@visavox/adapters/sql/approvals';
import { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import { SqlBundleFacts } from '@visavox/adapters/sql/bundle-facts';
import type { Database } from '@visavox/adapters/sql/database';
import { SqlDatasetStore } from '@visavox/adapters/sql/dataset-store';
import { SqlEnvironmentSettings } from '@visavox/adapters/sql/environment-settings';
import { migrate } from '@visavox/adapters/sql/migrate';
import { SqlModelAliases } from '@visavox/adapters/sql/model-aliases';
import { openDatabase } from '@visavox/adapters/sql/open-database';
import { openPatiently } from '@visavox/adapters/sql/open-patiently';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { SqlProfileIndex } from '@visavox/adapters/sql/profile-index';
import { SqlReleaseStore } from '@visavox/adapters/sql/release-store';
import { SqlRunStore } from '@visavox/adapters/sql/run-store';
import { SqlUsers } from '@visavox/adapters/sql/users';
import { KeptDatasetProfiles } from '@visavox/adapters/tables/dataset-profiles';
import { TableProfiler } from '@visavox/adapters/tables/table-profiler';
import { OperatorSessions } from '@visavox/api/operator-sessions';
import type { OperatorToken } from '@visavox/api/resources';
import { SharedToken } from '@visavox/api/shared-token';
import type { ObjectStore } from '@visavox/core/object-store';
import type { DatasetProfiles, DatasetStore, ModelHost, ReleaseStore, RunStore } from '@visavox/core/ports';
import type { Migration } from 'kysely';
import type { Logger } from 'pino';
import { requireHome } from './home.ts';
import { openLog, openStdoutLog } from './logging.ts';
import { openModelHost } from './model-host.ts';
import { requireSameSecret } from './one-secret.ts';
import { openOperatorToken, operatorTokenFile } from './operator-token.ts';
import { derivedKey, ensureSecret, secretBytes } from './secrets.ts';
import type { PlatformSettings } from './settings.ts';

const databaseWithinMs = 15 * 60_000;

/** Remembers how to undo a step of the start. */
export type Afterwards = (step: () => Promise<void>) => void;

/** What a running platform knows of the project that it is for. */
export interface ProjectFacts {
  readonly name: string;
  /** The folder of `visavox.config.ts`. */
  readonly root: string;
  /** Where releases serve, each once. */
  readonly environments: readonly string[];
}

/** What is open on a running platform, whatever the project is. */
export interface Platform {
  readonly project: ProjectFacts;
  readonly settings: PlatformSettings;
  readonly log: Logger;
  readonly now: () => Date;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly operatorToken: OperatorToken;
  readonly operatorSessions: OperatorSessions;
  readonly sharedToken: SharedToken;
  readonly users: SqlUsers;
  readonly audit: SqlAuditLog;
  readonly approvals: SqlApprovals;
  /** 32 bytes for a purpose of tracking, the same in every process of this installation and known to none of its steps. */
  readonly trackingKey: (purpose: string) => Uint8Array;
  /** What steps in pods show themselves by, and what they may read. */
  readonly stepTokens: StepTokens;
  readonly steps: StepGrants;
  readonly runs: RunStore;
  readonly datasets: DatasetStore;
  readonly profiles: DatasetProfiles;
  readonly releases: ReleaseStore;
  readonly environmentSettings: SqlEnvironmentSettings;
  /** What the files of models say, the signatures over them, and what people call versions. */
  readonly descriptions: ModelDescriptions;
  readonly signed: SignedBundles;
  readonly aliases: SqlModelAliases;
  /** Where the networks of releases answer. */
  readonly modelHost: ModelHost;
}

/** A process of its own machine writes a file; a part of a divided server prints, and needs no folder to write to. */
export async function openServerLog(settings: PlatformSettings): Promise<Logger> {
  if (settings.role !== 'all') return openStdoutLog();
  await requireHome(settings.home);
  return openLog(join(settings.home, 'logs'));
}

/** Database, objects and secrets, up to date: what every part of a server stands on. */
export async function openPlatform(
  settings: PlatformSettings,
  { name, root, environments }: ProjectFacts,
  {
    log,
    afterwards,
    migrations = {},
  }: {
    readonly log: Logger;
    readonly afterwards: Afterwards;
    /** An application's tables. */
    readonly migrations?: Readonly<Record<string, Migration>> | undefined;
  },
): Promise<Platform> {
  const location = settings.databaseUrl
    ? { url: settings.databaseUrl }
    : { folder: join(settings.home, 'database') };
  const database = await openPatiently(() => openDatabase(location), {
    // Parts of a divided server are started beside their database; whoever starts one by hand is told at once.
    waitMs: settings.role === 'all' ? 0 : databaseWithinMs,
    report: (reason) => log.info({ reason }, 'waiting for the database'),
  });
  afterwards(() => database.close());
  await migrate(database.db, [platformMigrations, migrations]);
  const objects = await openOrCreateObjectStore(settings.objects);
  const operatorToken = await openOperatorToken(operatorTokenFile(settings.secrets));
  const trackingText = await ensureSecret(join(settings.secrets, 'tracking.key'), 32);
  const trackingKey = secretBytes(trackingText, 'tracking.key');
  await requireSameSecret(database.db, 'tracking.key', trackingText);
  const now = () => new Date();
  const stepTokens = new StepTokens(derivedKey(trackingKey, 'steps in pods'));
  const runs = new SqlRunStore(database.db);
  const datasets = new SqlDatasetStore(database.db, objects);
  const profiles = new KeptDatasetProfiles({
    ...{ datasets, objects, index: new SqlProfileIndex(database.db) },
    tables: new TableProfiler({ objects }),
  });
  afterwards(() => profiles.close());
  const facts = new SqlBundleFacts(database.db);
  return {
    ...{ settings, log, now, database, objects, operatorToken, project: { name, root, environments } },
    trackingKey: (purpose) => derivedKey(trackingKey, purpose),
    operatorSessions: new OperatorSessions({ db: database.db, now }),
    sharedToken: new SharedToken(database),
    users: new SqlUsers({ db: database.db, now }),
    audit: new SqlAuditLog({ db: database.db, now, key: derivedKey(trackingKey, 'audit log') }),
    approvals: new SqlApprovals({ db: database.db, now }),
    ...{ runs, stepTokens, steps: new StepGrants({ tokens: stepTokens, runs, objects }) },
    ...{ datasets, profiles },
    releases: new SqlReleaseStore(database.db),
    environmentSettings: new SqlEnvironmentSettings(database.db),
    descriptions: new ModelDescriptions({ objects, facts }),
    signed: new SignedBundles({
      ...{ objects, facts },
      key: new SigningKey(derivedKey(trackingKey, 'model signing')),
    }),
    aliases: new SqlModelAliases(database.db),
    modelHost: await openModelHost(settings, objects, environments[0]),
  };
}
