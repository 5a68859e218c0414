import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import { migrate } from '@visavox/adapters/sql/migrate';
import { openDatabase } from '@visavox/adapters/sql/open-database';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { publishedBundle } from '@visavox/recognition/bundle';
import { DecoderPool } from '@visavox/recognition/decoding/decoder-pool';
import { Recogniser } from '@visavox/recognition/recogniser';
import type { Logger } from 'pino';
import { composeServices } from './compose.ts';
import { ensureFirstRelease } from './first-release.ts';
import { Places } from './http/places.ts';
import { openLog, openStdoutLog } from './logging.ts';
import { applicationMigrations } from './migrations.ts';
import { openModelHost } from './model-host.ts';
import { requireSameSecret } from './one-secret.ts';
import { openOperatorToken, operatorTokenFile } from './operator-token.ts';
import { ensureSecret } from './secrets.ts';
import type { Settings } from './settings.ts';

/** Remembers how to undo a step of the start. */
export type Afterwards = (step: () => Promise<void>) => void;

/** A process of its own machine writes a file; a part of a divided server prints, and needs no folder to write to. */
export async function openServerLog(settings: Settings): Promise<Logger> {
  if (settings.role !== 'all') return openStdoutLog();
  await mkdir(settings.home, { recursive: true, mode: 0o700 });
  return openLog(join(settings.home, 'logs'));
}

/** Database, objects and secrets, up to date and with a first release: what every part of a server stands on. */
export async function openFoundations(settings: Settings, log: Logger, afterwards: Afterwards) {
  const places = new Places({ atOnce: 3 });
  const decoder = new DecoderPool({
    aside: (work) => places.aside(work),
    onEnded: (reason) => log.warn({ reason }, 'a process that decodes recordings ended'),
  });
  afterwards(() => decoder.close());
  const location = settings.databaseUrl
    ? { url: settings.databaseUrl }
    : { folder: join(settings.home, 'database') };
  const database = await openDatabase(location);
  afterwards(() => database.close());
  await migrate(database.db, [platformMigrations, applicationMigrations]);
  const objects = await openOrCreateObjectStore(settings.objects);
  const operatorToken = await openOperatorToken(operatorTokenFile(settings.secrets));
  const columnsKey = await ensureSecret(join(settings.secrets, 'columns.key'), 32);
  await requireSameSecret(database.db, 'columns.key', columnsKey);
  const now = () => new Date();
  const services = composeServices({
    ...{ database, objects, now },
    secret: Buffer.from(columnsKey, 'hex'),
    host: await openModelHost(settings, objects),
    loadRecogniser: ({ manifest, files }, served) => Recogniser.load(manifest, files, served, decoder),
    attempts: settings.attempts,
    liveness: settings.liveness,
    signInPolicy: settings.signInPolicy,
    enrolment: settings.enrolment,
  });
  // Only who has the database alone knows that nothing is under way when it starts.
  if (database.kind === 'embedded') await services.recordings.recover(0);
  const published = () => publishedBundle(join(settings.setup, 'networks'));
  await databaseLock(
    database,
    'visavox first release',
  )(() => ensureFirstRelease({ objects, releases: services.releases, published, now }));
  afterwards(() => services.champion.close());
  return { database, objects, operatorToken, services, places, decoder };
}
