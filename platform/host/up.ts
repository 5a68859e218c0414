import { join } from 'node:path';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { SqlExperimentJournal } from '@visavox/adapters/sql/experiment-journal';
import type { Leadership } from '@visavox/adapters/sql/leader-lock';
import { PlatformLineage } from '@visavox/adapters/sql/platform-lineage';
import { clientNetworks } from '@visavox/api/client-network';
import { onlyForwarded } from '@visavox/api/forward';
import { allowedHosts } from '@visavox/api/guards';
import { starting, withHealth } from '@visavox/api/health';
import { Metrics } from '@visavox/api/metrics';
import { OperatorDoor } from '@visavox/api/operator-door';
import { createPlatformApp, type PlatformAppResources } from '@visavox/api/platform-app';
import { createStartingApp } from '@visavox/api/starting-app';
import { UserDoor } from '@visavox/api/user-door';
import { builtConsole } from '@visavox/console/built';
import type { Experiments } from '@visavox/control/experiments/experiments';
import type { RecurringPipelines } from '@visavox/control/recurring-pipelines';
import type { Sweeps } from '@visavox/control/sweeps';
import type { Logger } from 'pino';
import { addressByName } from './address.ts';
import type { OpenApplication, Repeated } from './application.ts';
import { openBundleServers } from './bundle-servers.ts';
import { openControllers } from './controllers.ts';
import { type OpenDeletions, openDeletions, retaining } from './deletions.ts';
import { createEngine, requireEngine } from './engine.ts';
import { EngineOfLeader } from './engine-of-leader.ts';
import { openExperiments } from './experiments.ts';
import { Leader } from './leader.ts';
import { startLeading } from './leading.ts';
import { listen } from './listener.ts';
import type { LoadedModel, LoadedProject } from './load-project.ts';
import { ModelEnvironments } from './model-environments.ts';
import { modelSecrets } from './model-secrets.ts';
import { openOrganisationDoor } from './organisation.ts';
import { type Afterwards, openPlatform, openServerLog, type Platform } from './platform.ts';
import { readiness } from './readiness.ts';
import { openRecurringPipelines } from './recurring-pipelines.ts';
import { repeat } from './repeating.ts';
import { RequestLog } from './request-log.ts';
import { ServedModels } from './served-models.ts';
import { serverFacts } from './server-facts.ts';
import type { PlatformSettings } from './settings.ts';
import { openSplits } from './splits.ts';
import { openSweeps } from './sweeps.ts';
import { openTracking } from './tracking.ts';
import { declaredRules, openValidations } from './validations.ts';

const sweepEveryMs = 5 * 60_000;
const sweepsEveryMs = 1000;
const recurringEveryMs = 2000;
const experimentsEveryMs = 2000;

export interface RunningServer {
  readonly url: string;
  /** Opens the console as an operator. */
  readonly loginLink: string;
  stop(): Promise<void>;
}

export interface UpOptions {
  readonly settings: PlatformSettings;
  readonly project: LoadedProject;
  readonly tell: (line: string) => void;
  readonly logger?: Logger | undefined;
}

/** Everything on this machine, or one part of it. Returns once it answers; tracking and training come up behind it. */
export async function up({ settings, project, tell, logger }: UpOptions): Promise<RunningServer> {
  requireEngine(settings, project.declaration.engines);
  /** What has been started, undone in reverse order. */
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let last = undo.pop(); last; last = undo.pop()) await last();
  };
  try {
    const log = logger ?? (await openServerLog(settings));
    const start = {
      settings,
      project,
      tell,
      log,
      afterwards: (step: () => Promise<void>) => void undo.push(step),
    };
    return { ...(await startServer(start)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServer({
  settings,
  project,
  tell,
  log,
  afterwards,
}: Omit<UpOptions, 'logger'> & { log: Logger; afterwards: Afterwards }): Promise<
  Omit<RunningServer, 'stop'>
> {
  const startedAt = performance.now();
  const page = pageOf(settings, project);
  const listener = await listen(settings, withHealth(starting, createStartingApp(page).fetch));
  afterwards(() => listener.close());
  const url = settings.publicUrl ?? listener.url;
  log.info({ url, role: settings.role, home: settings.home, project: project.name }, 'listening');

  const platform = await openPlatform(settings, project, {
    ...{ log, afterwards },
    migrations: project.application?.migrations,
  });
  const experiments = openExperiments(platform, () => controllers);
  const application: OpenApplication =
    (await project.application?.open(platform, afterwards, { experiments })) ?? {};
  const tracking = await openTracking(platform);
  afterwards(() => tracking.mlflow.stop());
  let leadership: Leadership | undefined;
  const leads = () => leadership?.leading === true;
  const engine = await openEngine({ platform, project, tracking, leads });
  afterwards(() => engine.close());
  const environments = await openModelEnvironments(platform, project.models);
  const served = await openServedModels(platform, project.models, environments);
  afterwards(() => served.close());
  const requests = openRequestLog(platform, project.models);
  afterwards(() => requests.close());
  const controllers = openControllers(platform, project.models, {
    ...{ engine, served, environments, experiments },
    registry: tracking.registry,
  });
  const sweeps = openSweeps(platform, { ...tracking, engine });
  const recurring = openRecurringPipelines(platform, { pipelines: project.pipelines, engine });
  const deletions = openDeletions(platform, project.application !== undefined);
  const leader = new Leader({
    ...{ state: new SqlControlState(platform.database.db), leads },
    key: platform.trackingKey('between processes'),
  });

  const resources = appResources({
    platform,
    project,
    application,
    tracking,
    engine,
    controllers,
    environments,
    served,
    requests,
    sweeps,
    recurring,
    experiments,
    deletions,
    leader,
    page,
    url,
  });
  const app = application.createApp?.({ ...resources, url }) ?? createPlatformApp(resources);
  const serves = settings.role !== 'controller';
  const checks = readiness({ ...platform, more: serves ? application.checks : {} });
  const answer = (request: Request, env?: Parameters<typeof app.fetch>[1]) => app.fetch(request, env);
  listener.answerWith(withHealth(checks, serves ? answer : onlyForwarded(answer)));
  log.info({ url, ms: Math.round(performance.now() - startedAt) }, 'ready');
  const address = addressByName(url);
  const loginLink = `${address}/console#token=${await platform.operatorToken()}`;
  if (settings.role === 'all')
    for (const line of greeting(address, loginLink, join(settings.home, 'logs', 'server.log'))) tell(line);

  const serving = serves
    ? (application.whileServing ?? []).map((one) => repeat(one.work, { ...one, log }))
    : [];
  let stopping = false;
  if (settings.role !== 'server') {
    leadership = startLeading({
      ...{ log, engine, controllers, databaseUrl: settings.databaseUrl },
      work: [
        ...(application.whileLeading ?? []),
        sweepingSessions(platform),
        { name: 'sweeps', everyMs: sweepsEveryMs, work: () => sweeps.tick() },
        { name: 'experiments', everyMs: experimentsEveryMs, work: () => experiments.tick() },
        { name: 'recurring pipelines', everyMs: recurringEveryMs, work: () => recurring.tick() },
        retaining(platform, deletions.deletions, project.declaration),
      ],
      registryAnswers: () => tracking.mlflow.healthy,
      announce: () => leader.announce(settings.ownUrl ?? listener.url),
      prepareRegistry: async () => application.prepareRegistry?.(tracking.registry),
      answered: async () => {
        if (stopping) await listener.close();
      },
    });
  }
  afterwards(async () => {
    log.info('stopping');
    stopping = true;
    // Whoever is being answered still needs everything else.
    await Promise.all([listener.close(), ...serving.map((one) => one.stop()), leadership?.stop()]);
  });
  return { url, loginLink };
}

type Tracking = Awaited<ReturnType<typeof openTracking>>;

/** Pipelines run in the process that leads; the others show what is recorded. */
async function openEngine({
  platform,
  project,
  tracking: { tracker, mlflow, stepCredentials },
  leads,
}: {
  platform: Platform;
  project: LoadedProject;
  tracking: Tracking;
  leads: () => boolean;
}): Promise<EngineOfLeader> {
  const { runs, settings } = platform;
  const open = () =>
    createEngine(
      { ...platform, project, tracker, stepCredentials, trackingUrl: mlflow.url },
      project.declaration.engines,
    );
  return settings.databaseUrl === undefined
    ? EngineOfLeader.open({ open, runs })
    : EngineOfLeader.waiting({ open, runs, leads });
}

async function openModelEnvironments(
  { settings, project, environmentSettings: store, log }: Platform,
  models: readonly LoadedModel[],
): Promise<ModelEnvironments> {
  return ModelEnvironments.open({
    ...{ store, models, secrets: modelSecrets(settings, project.environments[0]) },
    onThisMachine: settings.kserve === undefined,
    warn: (event, details) => log.warn(details, event),
  });
}

/** Models without a target of their own serve by what their bundles hold. */
async function openServedModels(
  platform: Platform,
  models: readonly LoadedModel[],
  environments: ModelEnvironments,
): Promise<ServedModels> {
  const { settings, log } = platform;
  const servers = await openBundleServers({
    ...platform,
    folder: join(settings.home, 'serving'),
    log: (error) => log.error({ err: error }, 'a model server failed'),
    tell: (text) => log.info(text),
  });
  return new ServedModels({
    ...{ releases: platform.releases, servers },
    settingsOf: (release) => environments.servedWith(release),
    models: models.filter(({ target }) => target === undefined),
  });
}

/** Of models whose project wants it. */
function openRequestLog({ settings, now, log }: Platform, models: readonly LoadedModel[]): RequestLog {
  return new RequestLog({
    ...{ folder: join(settings.home, 'requests'), now },
    wishOf: (environment, name) =>
      models.find((model) => model.name === name)?.rules.get(environment)?.logRequests,
    report: (error) => log.error({ err: error }, 'requests of a model are not logged'),
  });
}

function sweepingSessions({ operatorSessions, users }: Platform): Repeated {
  const work = async () => {
    await operatorSessions.sweep();
    await users.sweep();
  };
  return { name: 'sweeping sessions of operators and users', everyMs: sweepEveryMs, work };
}

function pageOf(settings: PlatformSettings, { declaration, application, root }: LoadedProject) {
  const built = application && join(settings.setup, 'web');
  return {
    webFolder: declaration.pages === undefined ? built : join(root, declaration.pages),
    // The pages of an application have the console among them.
    consoleFolder: application ? undefined : builtConsole,
    allowedHosts: allowedHosts(settings),
    pagePolicy: application?.pagePolicy,
  };
}

function appResources(parts: {
  platform: Platform;
  project: LoadedProject;
  application: OpenApplication;
  tracking: Tracking;
  engine: EngineOfLeader;
  controllers: ReturnType<typeof openControllers>;
  environments: ModelEnvironments;
  served: ServedModels;
  requests: RequestLog;
  sweeps: Sweeps;
  recurring: RecurringPipelines;
  experiments: Experiments;
  deletions: OpenDeletions;
  leader: Leader;
  page: ReturnType<typeof pageOf>;
  url: string;
}): PlatformAppResources {
  const { platform, project, application, tracking, deletions, page, url, ...opened } = parts;
  const { datasets = {} } = project.declaration;
  const { settings, operatorToken, sharedToken, users, log, now } = platform;
  const { figures, released, services } = application;
  const { routes } = project;
  return {
    ...platform,
    ...page,
    ...{ ...opened, title: project.name },
    ...(figures && { figures }),
    ...(released && { released }),
    ...(routes && { routes: (app) => routes(app, platform) }),
    ...{ registry: tracking.registry, curves: tracking.curves, metrics: new Metrics() },
    ...{ validations: openValidations(platform), rulesOf: declaredRules(project) },
    ...{ splits: openSplits(platform), ...deletions },
    experimentPeople: (ids) => new SqlExperimentJournal(platform.database.db).people(ids),
    aboutDataset: (name) => datasets[name] ?? {},
    facts: serverFacts(settings, project),
    networkOf: clientNetworks(settings.trustedProxies),
    operatorDoor: new OperatorDoor({ operatorToken, log, now, isOff: (token) => sharedToken.isOff(token) }),
    userDoor: new UserDoor({ users, log, now }),
    organisation: openOrganisationDoor(platform, url),
    secureCookies: url.startsWith('https:'),
    lineage: {
      kinds: project.lineageKinds,
      sources: [new PlatformLineage(platform.database.db), ...(application.lineage ?? [])],
    },
    services: async () => {
      const { healthy, url: address, problem = null } = tracking.mlflow;
      return [
        { name: 'database', healthy: true, url: null },
        ...(services?.() ?? []),
        { name: 'mlflow', healthy, url: address, reason: problem },
      ];
    },
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
