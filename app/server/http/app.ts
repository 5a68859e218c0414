import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiResources } from '../resources.ts';
import { admit } from './admission.ts';
import type { AppEnv } from './app-env.ts';
import { identifyCaller, requireOperator } from './auth.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { addDataRoutes } from './data-routes.ts';
import { addEnrolmentRoutes, enrolmentRoutes, operatorsOfEnrolment } from './enrolment-routes.ts';
import { forwardToLeader } from './forward.ts';
import { identifyRequest, limitBody, requireKnownHost, requireSameOrigin } from './guards.ts';
import { addPeopleRoutes } from './people-routes.ts';
import { addPlatformRoutes } from './platform-routes.ts';
import { answerError, answerProblem, schemaFault } from './problem.ts';
import { routes } from './routes.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { addWebPage, notFound } from './web-page.ts';

export type App = OpenAPIHono<AppEnv>;

/** Everything that is answered over HTTP. */
export function createApp(resources: ApiResources): App {
  const app: App = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw schemaFault(result.error);
    },
  });
  app.onError((error, c) => answerError(error, c, resources.log));
  app.notFound((c) => notFound(c));
  app.use(identifyRequest, requireKnownHost(resources.allowedHosts), requireSameOrigin, limitBody);
  app.use('/api/*', identifyCaller(resources));
  for (const route of operatorRoutes) app.on([route.method], route.getRoutingPath(), requireOperator);
  forwardWhatOnlyTheLeaderDoes(app, resources);
  const takeTurns = admit({ atOnce: 4, waiting: 100 });
  for (const route of heavyRoutes) app.on([route.method], route.getRoutingPath(), takeTurns);

  app.openapi(routes.health, (c) => c.json({ status: 'ok' as const }, 200));
  addSignInRoutes(app, resources);
  addPeopleRoutes(app, resources);
  addEnrolmentRoutes(app, resources);
  addConsoleRoutes(app, resources);
  addPlatformRoutes(app, resources);
  addDataRoutes(app, resources);
  describeApi(app);
  refuseOtherMethods(app);
  addWebPage(app, resources.webFolder);
  return app;
}

/** They decode recordings. */
const heavyRoutes = [
  routes.checkFace,
  routes.checkVoice,
  routes.enrol,
  enrolmentRoutes.verify,
  routes.attempt,
];

function forwardWhatOnlyTheLeaderDoes(app: App, { leader, champion }: ApiResources): void {
  // A training that is asked for while nobody leads is begun by the next leader.
  app.on(['post'], routes.startRun.getRoutingPath(), forwardToLeader(leader, { orHere: true }));
  for (const route of [routes.cancelRun, routes.resumeRun, routes.reproduceRun, routes.taskLogs])
    app.on([route.method], route.getRoutingPath(), forwardToLeader(leader));
  const afterwards = () => champion.follow();
  for (const route of [routes.propose, routes.rollback, routes.promote])
    app.on([route.method], route.getRoutingPath(), forwardToLeader(leader, { afterwards }));
}

const operatorRoutes = [
  ...[routes.people, routes.status, routes.overview, routes.attempts, routes.samples],
  ...[routes.runs, routes.startRun, routes.run, routes.cancelRun, routes.resumeRun, routes.taskLogs],
  routes.reproduceRun,
  ...[routes.models, routes.releases, routes.propose, routes.rollback, routes.promote],
  ...[routes.datasets, routes.dataset, routes.saveDataset, routes.verifyDataset, routes.datasetItem],
  ...[routes.missingBlobs, routes.putBlob, routes.trace, routes.bundle, routes.bundleFile, routes.training],
  ...[routes.modelReport, routes.modelReportFile],
  ...operatorsOfEnrolment,
];

function describeApi(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorToken', {
    type: 'http',
    scheme: 'bearer',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'visavox_session',
  });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Visavox',
      version: '1',
      description: 'Sign-in by face and voice, and the platform that trains and releases its recogniser.',
    },
  });
}

/** A known path with another method is told so, with the methods that there are. */
function refuseOtherMethods(app: App): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (path.includes('*') || method === 'ALL') continue;
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  for (const [path, allowed] of methods) {
    app.all(path, (c) =>
      answerProblem(c, {
        status: 405,
        code: 'method_not_allowed',
        detail: `${c.req.method} is not possible here`,
        action: `Use ${[...allowed].join(', ')}.`,
        headers: { allow: [...allowed].join(', ') },
      }),
    );
  }
}
