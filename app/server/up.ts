import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MlflowClient } from '@visavox/adapters/mlflow/mlflow-client';
import { MlflowServer } from '@visavox/adapters/mlflow/mlflow-server';
import { MlflowModelRegistry } from '@visavox/adapters/mlflow/registry';
import { MlflowTracker } from '@visavox/adapters/mlflow/tracker';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { migrate } from '@visavox/adapters/sql/migrate';
import { MirroredModelRegistry } from '@visavox/adapters/sql/mirrored-model-registry';
import { SqlModelVersions } from '@visavox/adapters/sql/model-versions';
import { openDatabase } from '@visavox/adapters/sql/open-database';
import { PlatformLineage } from '@visavox/adapters/sql/platform-lineage';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { publishedBundle } from '@visavox/recognition/bundle';
import { Recogniser } from '@visavox/recognition/recogniser';
import { composeServices } from './compose.ts';
import { createController } from './control.ts';
import { createEngine } from './engine.ts';
import { ensureFirstRelease, registerFirstVersion } from './first-release.ts';
import { createApp } from './http/app.ts';
import { allowedHosts } from './http/guards.ts';
import { createStartingApp } from './http/starting-app.ts';
import { ApplicationLineage } from './lineage.ts';
import { listen } from './listener.ts';
import { openLog } from './logging.ts';
import { applicationMigrations } from './migrations.ts';
import { repeat } from './repeating.ts';
import { ensureSecret } from './secrets.ts';
import type { Settings } from './settings.ts';

export interface RunningServer {
  readonly url: string;
  /** Opens the console as an operator. */
  readonly loginLink: string;
  stop(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');
const tickEveryMs = 2000;
const sweepEveryMs = 5 * 60_000;

/** Everything on this machine. Answers once people can sign in; tracking and training come up behind it. */
export async function up(settings: Settings, tell: (line: string) => void): Promise<RunningServer> {
  /** What has been started, undone in reverse order. */
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let last = undo.pop(); last; last = undo.pop()) await last();
  };
  try {
    return { ...(await start(settings, tell, (step) => void undo.push(step))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  settings: Settings,
  tell: (line: string) => void,
  afterwards: (step: () => Promise<void>) => void,
): Promise<Omit<RunningServer, 'stop'>> {
  const startedAt = performance.now();
  const inHome = (...path: string[]) => join(settings.home, ...path);
  await mkdir(settings.home, { recursive: true, mode: 0o700 });
  const log = await openLog(inHome('logs'));
  const page = { webFolder: join(settings.setup, 'web'), allowedHosts: allowedHosts(settings) };
  const listener = await listen(settings, createStartingApp(page).fetch);
  afterwards(() => listener.close());
  const url = settings.publicUrl ?? listener.url;
  log.info({ url, home: settings.home }, 'listening');

  const location = settings.databaseUrl ? { url: settings.databaseUrl } : { folder: inHome('database') };
  const database = await openDatabase(location);
  afterwards(() => database.close());
  await migrate(database.db, [platformMigrations, applicationMigrations]);
  const objects = await openOrCreateObjectStore(settings.objects);
  const operatorToken = await ensureSecret(join(settings.secrets, 'operator.token'), 32);
  const now = () => new Date();
  const services = composeServices({
    ...{ database, objects, now },
    secret: Buffer.from(await ensureSecret(join(settings.secrets, 'columns.key'), 32), 'hex'),
    loadRecogniser: ({ manifest, files }) => Recogniser.load(manifest, files),
    attemptLimits: settings.attempts,
  });
  const { champion, releases, recordings, runs, datasets, trainingData } = services;
  await recordings.recover();
  const published = () => publishedBundle(join(settings.setup, 'networks'));
  await ensureFirstRelease({ objects, releases, published, now });
  await champion.follow();
  afterwards(() => champion.close());
  log.info({ release: champion.release, ms: Math.round(performance.now() - startedAt) }, 'recogniser ready');

  const mlflow = await MlflowServer.start({
    python: join(settings.setup, 'python', 'bin', 'python'),
    folder: inHome('mlflow'),
    report: (event, details) => log.info(details, event),
  });
  afterwards(() => mlflow.stop());
  const client = new MlflowClient({ url: mlflow.url });
  const registry = new MirroredModelRegistry(
    new MlflowModelRegistry({ client, objects: async () => objects }),
    new SqlModelVersions(database.db),
  );
  const engine = await createEngine({
    ...{ root, settings, objects, runs, datasets, log },
    tracker: new MlflowTracker(client),
    trackingUrl: mlflow.url,
  });
  afterwards(() => engine.close());
  const controller = createController({
    ...{ log, trainingData, engine, runs, datasets, registry, releases },
    retrain: settings.retrain,
    target: champion,
    state: new SqlControlState(database.db),
  });
  const app = createApp({
    ...services,
    ...page,
    ...{ log, operatorToken, engine, registry, controller },
    secureCookies: url.startsWith('https:'),
    lineage: [new PlatformLineage(database.db), new ApplicationLineage(services.db)],
    services: async () => [
      { name: 'database', healthy: true, url: null },
      { name: 'recogniser', healthy: champion.release !== undefined, url: null },
      { name: 'mlflow', healthy: mlflow.healthy, url: mlflow.url },
    ],
  });
  listener.answerWith(app.fetch);
  log.info({ url, ms: Math.round(performance.now() - startedAt) }, 'ready');
  const loginLink = `${url}/#token=${operatorToken}`;
  for (const line of greeting(url, loginLink, inHome('logs', 'server.log'))) tell(line);

  await engine.recover();
  let registered = false;
  const training = repeat(
    async () => {
      await champion.follow();
      // The published recogniser has to be version 1, so nothing else is registered before it.
      if (!mlflow.healthy) return;
      if (!registered) await registerFirstVersion(releases, registry);
      registered = true;
      await controller.tick();
    },
    { name: 'continuous training', everyMs: tickEveryMs, log },
  );
  const sweeping = repeat(
    async () => {
      await recordings.expire(now());
      await services.challenges.sweep();
      await services.sessions.sweep();
    },
    { name: 'sweeping', everyMs: sweepEveryMs, log },
  );
  afterwards(async () => {
    log.info('stopping');
    // Whoever is being answered still needs everything else.
    await Promise.all([listener.close(), training.stop(), sweeping.stop()]);
  });
  return { url, loginLink };
}

function greeting(url: string, loginLink: string, logFile: string): string[] {
  return [
    '',
    `  Visavox is ready:   ${url}`,
    `  For operators:      ${loginLink}`,
    `  What happens:       ${logFile}`,
    '  Tracking and training come up behind it. Stop with Ctrl-C.',
    '',
  ];
}
