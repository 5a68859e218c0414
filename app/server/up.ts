import { join, resolve } from 'node:path';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import type { Leadership } from '@visavox/adapters/sql/leader-lock';
import { PlatformLineage } from '@visavox/adapters/sql/platform-lineage';
import { messageOf } from '@visavox/core/errors';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { createController } from './control.ts';
import { createEngine } from './engine.ts';
import { EngineOfLeader } from './engine-of-leader.ts';
import { registerFirstVersion } from './first-release.ts';
import { type Afterwards, openFoundations, openServerLog } from './foundations.ts';
import { createApp } from './http/app.ts';
import { allowedHosts } from './http/guards.ts';
import { answersNothing, type Checks, starting, withHealth } from './http/health.ts';
import { createStartingApp } from './http/starting-app.ts';
import { startLeading } from './leading.ts';
import { ApplicationLineage } from './lineage.ts';
import { listen } from './listener.ts';
import { repeat } from './repeating.ts';
import type { Settings } from './settings.ts';
import { openTracking } from './tracking.ts';

export interface RunningServer {
  readonly url: string;
  /** Opens the console as an operator. */
  readonly loginLink: string;
  stop(): Promise<void>;
}

type Foundations = Awaited<ReturnType<typeof openFoundations>>;
type Tracking = Awaited<ReturnType<typeof openTracking>>;

const root = resolve(import.meta.dirname, '../..');
const followEveryMs = 2000;

/** Everything on this machine, or one part of it. Answers once people can sign in; the rest comes up behind it. */
export async function up(
  settings: Settings,
  tell: (line: string) => void,
  logger?: Logger,
): Promise<RunningServer> {
  /** What has been started, undone in reverse order. */
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let last = undo.pop(); last; last = undo.pop()) await last();
  };
  try {
    const log = logger ?? (await openServerLog(settings));
    return { ...(await start(settings, { tell, log }, (step) => void undo.push(step))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  settings: Settings,
  { tell, log }: { tell: (line: string) => void; log: Logger },
  afterwards: Afterwards,
): Promise<Omit<RunningServer, 'stop'>> {
  const startedAt = performance.now();
  const page = { webFolder: join(settings.setup, 'web'), allowedHosts: allowedHosts(settings) };
  const listener = await listen(settings, withHealth(starting, createStartingApp(page).fetch));
  afterwards(() => listener.close());
  const url = settings.publicUrl ?? listener.url;
  log.info({ url, role: settings.role, home: settings.home }, 'listening');

  const foundations = await openFoundations(settings, afterwards);
  const { champion, releases } = foundations.services;
  const serves = settings.role !== 'controller';
  // Where others bring the champion up it may come later; until then this part is not ready.
  if (serves)
    await champion.follow().catch((error: unknown) => {
      if (!settings.kserve) throw error;
      log.warn({ reason: messageOf(error) }, 'the champion does not answer yet');
    });
  log.info({ release: champion.release, ms: Math.round(performance.now() - startedAt) }, 'recogniser ready');

  const tracking = await openTracking(settings, foundations, log);
  afterwards(() => tracking.mlflow.stop());
  let leadership: Leadership | undefined;
  const leads = () => settings.databaseUrl === undefined || leadership?.leading === true;
  const engine = await openEngine({ settings, foundations, tracking, log, leads });
  afterwards(() => engine.close());
  const controller = openController({ settings, foundations, tracking, log, engine });

  const api = { settings, foundations, tracking, log, engine, controller, page, url };
  const answer = serves ? createApi(api).fetch : answersNothing;
  listener.answerWith(withHealth(readiness(foundations, serves), answer));
  log.info({ url, ms: Math.round(performance.now() - startedAt) }, 'ready');
  const loginLink = `${url}/#token=${foundations.operatorToken}`;
  if (settings.role === 'all')
    for (const line of greeting(url, loginLink, join(settings.home, 'logs', 'server.log'))) tell(line);

  const following = serves
    ? repeat(() => champion.follow(), { name: 'following the release', everyMs: followEveryMs, log })
    : undefined;
  let stopping = false;
  if (settings.role !== 'server') {
    leadership = startLeading({
      ...{ log, engine, controller, services: foundations.services, databaseUrl: settings.databaseUrl },
      registryAnswers: () => tracking.mlflow.healthy,
      prepareRegistry: () => registerFirstVersion(releases, tracking.registry),
      answered: async () => {
        if (stopping) await listener.close();
      },
    });
  }
  afterwards(async () => {
    log.info('stopping');
    stopping = true;
    // Whoever is being answered still needs everything else.
    await Promise.all([listener.close(), following?.stop(), leadership?.stop()]);
  });
  return { url, loginLink };
}

interface Parts {
  readonly settings: Settings;
  readonly foundations: Foundations;
  readonly tracking: Tracking;
  readonly log: Logger;
}

/** Pipelines run in the process that leads; a part that never leads shows what is recorded. */
async function openEngine({
  settings,
  foundations,
  tracking,
  log,
  leads,
}: Parts & { leads: () => boolean }): Promise<EngineOfLeader> {
  const { runs, datasets } = foundations.services;
  if (settings.role === 'server') return EngineOfLeader.absent(runs);
  const open = () =>
    createEngine({
      ...{ root, settings, runs, datasets, log },
      objects: foundations.objects,
      tracker: tracking.tracker,
      trackingUrl: tracking.mlflow.url,
    });
  return EngineOfLeader.open({ open, runs, leads });
}

function openController(parts: Parts & { engine: EngineOfLeader }) {
  const { settings, foundations, tracking, log, engine } = parts;
  const { champion, trainingData, runs, datasets, releases } = foundations.services;
  return createController({
    ...{ log, trainingData, engine, runs, datasets, releases },
    registry: tracking.registry,
    retrain: settings.retrain,
    target: champion,
    state: new SqlControlState(foundations.database.db),
    exclusively: databaseLock(foundations.database, 'visavox controller'),
  });
}

function createApi(
  parts: Parts & {
    engine: EngineOfLeader;
    controller: ReturnType<typeof openController>;
    page: { webFolder: string; allowedHosts: ReadonlySet<string> };
    url: string;
  },
) {
  const { foundations, tracking, log, engine, controller, page, url } = parts;
  const { database, operatorToken, services } = foundations;
  const { mlflow, registry } = tracking;
  return createApp({
    ...services,
    ...page,
    ...{ log, operatorToken, engine, registry, controller },
    secureCookies: url.startsWith('https:'),
    lineage: [new PlatformLineage(database.db), new ApplicationLineage(services.db)],
    services: async () => [
      { name: 'database', healthy: true, url: null },
      { name: 'recogniser', healthy: services.champion.release !== undefined, url: null },
      { name: 'mlflow', healthy: mlflow.healthy, url: mlflow.url },
    ],
  });
}

/** What this part needs for its work. */
function readiness({ database, objects, services }: Foundations, serves: boolean): Checks {
  return {
    database: async () => void (await sql`select 1`.execute(database.db)),
    objects: async () => void (await objects.has('readiness')),
    ...(serves
      ? {
          recogniser: async () => {
            if (!services.champion.release) throw new Error('not loaded');
          },
        }
      : {}),
  };
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
