import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import type { Leadership } from '@visavox/adapters/sql/leader-lock';
import { messageOf } from '@visavox/core/errors';
import type { Logger } from 'pino';
import { registerFirstVersion } from './first-release.ts';
import { type Afterwards, openFoundations, openServerLog } from './foundations.ts';
import { onlyForwarded } from './http/forward.ts';
import { allowedHosts } from './http/guards.ts';
import { starting, withHealth } from './http/health.ts';
import { createStartingApp } from './http/starting-app.ts';
import { Leader } from './leader.ts';
import { startLeading } from './leading.ts';
import { listen } from './listener.ts';
import { createApi, openController, openEngine } from './parts.ts';
import { readiness } from './readiness.ts';
import { repeat } from './repeating.ts';
import type { Settings } from './settings.ts';
import { openTracking } from './tracking.ts';
import { addressByName } from './ways-in/relying-party.ts';

export interface RunningServer {
  readonly url: string;
  /** Opens the console as an operator. */
  readonly loginLink: string;
  stop(): Promise<void>;
}

const followEveryMs = 2000;
const searchEveryMs = 30_000;
/**
 * In percent. The few megabytes of each sign-in's pictures and sound count as growth of a heap of 40 MB: left to itself,
 * V8 goes through the whole heap at every fourth sign-in, which costs more than a tenth of it.
 */
const heapGrowth = 120;

/** Everything on this machine, or one part of it. Answers once people can sign in; the rest comes up behind it. */
export async function up(
  settings: Settings,
  tell: (line: string) => void,
  logger?: Logger,
): Promise<RunningServer> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
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

  const foundations = await openFoundations(settings, log, afterwards);
  const { champion, releases, search } = foundations.services;
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
  const leads = () => leadership?.leading === true;
  const engine = await openEngine({ settings, foundations, tracking, log, leads });
  afterwards(() => engine.close());
  const controller = openController({ settings, foundations, tracking, log, engine });

  const api = { settings, foundations, tracking, log, engine, controller, page, url };
  const leader = new Leader({ state: new SqlControlState(foundations.database.db), leads });
  const answer = createApi({ ...api, leader }).fetch;
  listener.answerWith(
    withHealth(readiness({ ...foundations, settings, serves }), serves ? answer : onlyForwarded(answer)),
  );
  log.info({ url, ms: Math.round(performance.now() - startedAt) }, 'ready');
  const address = addressByName(url);
  const loginLink = `${address}/#token=${await foundations.operatorToken()}`;
  if (settings.role === 'all')
    for (const line of greeting(address, loginLink, join(settings.home, 'logs', 'server.log'))) tell(line);

  const following = serves
    ? repeat(() => champion.follow(), { name: 'following the release', everyMs: followEveryMs, log })
    : undefined;
  const searching = serves
    ? repeat(() => champion.use(({ loaded }) => search.keepUp(loaded)), {
        name: 'following who is enrolled',
        everyMs: searchEveryMs,
        log,
      })
    : undefined;
  let stopping = false;
  if (settings.role !== 'server') {
    leadership = startLeading({
      ...{ log, engine, controller, services: foundations.services, databaseUrl: settings.databaseUrl },
      registryAnswers: () => tracking.mlflow.healthy,
      announce: () => leader.announce(settings.ownUrl ?? listener.url),
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
    await Promise.all([listener.close(), following?.stop(), searching?.stop(), leadership?.stop()]);
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
