import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, appendFile, chown, cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import type { Database } from './database.ts';
import { createCluster } from './embedded-cluster.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { platformMigrations } from './platform-migrations.ts';

const run = promisify(execFile);

/** Where `initdb` and `postgres` are. */
const installed = await findPrograms();

export const postgresInstalled = installed !== undefined;

/** Runs the tests on the embedded database and on a PostgreSQL server; `open` gives an up-to-date, empty database. */
export function describeOnEachDatabase(name: string, tests: (open: () => Database) => void): void {
  describe(`${name} (embedded)`, () => tests(freshDatabase(startEmbedded)));
  describeOnPostgres(name, () => tests(freshDatabase(startServer)));
}

/** Skips visibly where there is no PostgreSQL. */
export function describeOnPostgres(name: string, tests: () => void): void {
  const why = installed ? '' : ', not installed here: apt install postgresql';
  (installed ? describe : describe.skip)(`${name} (PostgreSQL${why})`, tests);
}

/** An embedded database in a new folder, up to date; quick, since the empty cluster is copied. Gone when closed. */
export async function openTestDatabase(): Promise<Database> {
  const started = await startEmbedded();
  await migrate(started.db, [platformMigrations]);
  return started;
}

function freshDatabase(start: () => Promise<Database>): () => Database {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await start();
    await migrate(database.db, [platformMigrations]);
  });
  beforeEach(async () => {
    if (database) await emptyTables(database);
  });
  afterAll(() => database?.close());
  return () => {
    if (!database) throw new TypeError('the database is open inside tests only');
    return database;
  };
}

/** As after the first start. */
export async function emptyTables({ db }: Database): Promise<void> {
  const { rows } = await sql<{ tablename: string }>`
    select tablename from pg_tables where schemaname = 'public' and tablename <> 'migrations'`.execute(db);
  // Without `truncate`, which makes new files for every table and index.
  await db.transaction().execute(async (transaction) => {
    // The audit log keeps what is in it from everybody else.
    await sql`set local session_replication_role = replica`.execute(transaction);
    for (const { tablename } of rows) await sql`delete from ${sql.table(tablename)}`.execute(transaction);
  });
}

async function startEmbedded(): Promise<Database> {
  const folder = await newClusterFolder();
  // Nothing here is to survive a power cut.
  await appendFile(join(folder, 'cluster', 'postgresql.conf'), 'fsync = off\n');
  return closingAlso(await openDatabase({ folder }), () => rm(folder, { recursive: true }));
}

/** A folder with an empty cluster, as after a first start that cost seconds. */
export async function newClusterFolder(): Promise<string> {
  const version = manifest.dependencies['@electric-sql/pglite'];
  const template = join(tmpdir(), `visavox-empty-cluster-${version}-${process.getuid?.() ?? 'user'}`);
  if (!(await exists(join(template, 'cluster')))) {
    const unfinished = await mkdtemp(`${template}-`);
    await createCluster(unfinished);
    await rename(unfinished, template).catch(async (error) => {
      if (!(await exists(join(template, 'cluster')))) throw error;
      await rm(unfinished, { recursive: true });
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'visavox-database-'));
  await cp(template, folder, { recursive: true });
  return folder;
}

async function findPrograms(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')).reverse(),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  for (const folder of folders)
    if ((await exists(join(folder, 'initdb'))) && (await exists(join(folder, 'postgres')))) return folder;
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

/** A PostgreSQL server of our own, on a socket in a temporary folder, that tests may kill and start again. */
export interface PostgresServer {
  readonly url: string;
  readonly folder: string;
  /** Ends it at once and all its connections with it, as a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

/** `settings` are options of `postgres`; `prepare` is given its folder of data before the first start. */
export async function startPostgres(
  settings: readonly string[] = ['-h', ''],
  prepare: (data: string) => Promise<void> = async () => undefined,
): Promise<PostgresServer> {
  if (!installed) throw new TypeError('PostgreSQL is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'visavox-pg-'));
  const user = await serverUser();
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const inFolder = { ...user, cwd: folder };
  const how = ['-U', 'visavox', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'];
  await run(join(installed, 'initdb'), ['-D', data, ...how], inFolder);
  await prepare(data);
  const program = join(installed, 'postgres');
  const always = ['-D', data, '-k', folder, '-c', 'fsync=off', '-c', 'shared_buffers=16MB'];
  let server: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  const start = async () => {
    const starting = spawn(program, [...always, ...settings], {
      ...inFolder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = starting;
    await untilReady(starting);
  };
  await start();
  return {
    ...{ folder, start },
    url: `postgres://visavox@localhost/postgres?host=${encodeURIComponent(folder)}`,
    kill: () => end('SIGQUIT'),
    remove: async () => {
      await end('SIGINT');
      await rm(folder, { recursive: true });
    },
  };
}

async function untilReady(server: ChildProcess): Promise<void> {
  if (!server.stderr) throw new TypeError('the server is to be heard');
  let said = '';
  for await (const text of server.stderr) {
    said += String(text);
    if (said.includes('ready to accept connections')) break;
  }
  if (server.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`);
  server.stderr.resume();
}

async function startServer(): Promise<Database> {
  const server = await startPostgres();
  return closingAlso(await openDatabase({ url: server.url }), server.remove);
}

/** PostgreSQL refuses to run as root. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

function closingAlso(database: Database, afterwards: () => Promise<void>): Database {
  return {
    ...database,
    close: async () => {
      await database.close();
      await afterwards();
    },
  };
}
