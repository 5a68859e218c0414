import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiResources } from '../resources.ts';
import { admit, reportRefusals } from './admission.ts';
import type { AppEnv } from './app-env.ts';
import { identifyCaller, requireOperator } from './auth.ts';
import { Bodies } from './bodies.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { cookieName } from './cookies.ts';
import { addDataRoutes } from './data-routes.ts';
import { addEnrolmentRoutes, enrolmentRoutes, operatorsOfEnrolment } from './enrolment-routes.ts';
import { evenOutRefusals } from './even-refusals.ts';
import { forwardToLeader } from './forward.ts';
import {
  identifyRequest,
  isOfDatasets,
  limitBody,
  overHttpsAlone,
  requireKnownHost,
  requireSameOrigin,
} from './guards.ts';
import { refuseNul } from './nul.ts';
import { addPeopleRoutes } from './people-routes.ts';
import { addPlatformRoutes } from './platform-routes.ts';
import { answerError, answerProblem, schemaFault } from './problem.ts';
import { readBody } from './read-body.ts';
import { routes } from './routes.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { identifyVisitor } from './visitor.ts';
import { addWaysInRoutes } from './ways-in-handlers.ts';
import { addWebPage, notFound } from './web-page.ts';

export type App = OpenAPIHono<AppEnv>;

/** Everything that is answered over HTTP. */
export function createApp(resources: ApiResources): App {
  const app: App = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw schemaFault(result.error);
    },
  });
  const refused = reportRefusals(resources.log);
  app.onError((error, c) => answerError(error, c, { log: resources.log, refused }));
  app.notFound((c) => notFound(c));
  if (resources.secureCookies) app.use(overHttpsAlone);
  app.use(identifyRequest(resources), requireKnownHost(resources.allowedHosts), requireSameOrigin);
  app.use(refuseNul, limitBody);
  app.on(['post'], routes.attempt.getRoutingPath(), evenOutRefusals);
  readBodies(app, resources);
  app.use('/api/*', identifyVisitor(resources), identifyCaller(resources));
  for (const route of operatorRoutes) app.on([route.method], route.getRoutingPath(), requireOperator);
  forwardWhatOnlyTheLeaderDoes(app, resources);

  app.openapi(routes.health, (c) => c.json({ status: 'ok' as const }, 200));
  addSignInRoutes(app, resources);
  addPeopleRoutes(app, resources);
  addWaysInRoutes(app, resources);
  addEnrolmentRoutes(app, resources);
  addConsoleRoutes(app, resources);
  addPlatformRoutes(app, resources);
  addDataRoutes(app, resources);
  describeApi(app, resources.secureCookies);
  refuseOtherMethods(app);
  addWebPage(app, resources.webFolder);
  return app;
}

/** They decode recordings. */
const heavyRoutes = [
  routes.checkFace,
  routes.checkVoice,
  routes.enrol,
  routes.attempt,
  routes.addFaceAndVoice,
  enrolmentRoutes.verify,
];

/** Before anything else is done for a request: its body, and for heavy ones a place after it. */
function readBodies(app: App, { places, operatorToken }: ApiResources): void {
  const read = readBody(new Bodies());
  for (const route of heavyRoutes) {
    const kind = `${route.method} ${route.path}`;
    app.on([route.method], route.getRoutingPath(), admit(places, { kind, operatorToken }, read));
  }
  // Files of datasets are large, and sent by operators alone; heavy ones have been read.
  app.use((c, next) => (isOfDatasets(c.req.path) ? next() : read(c, next)));
}

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
  ...[routes.modelReport, routes.modelReportFile, routes.issueCode, routes.accessEvents],
  ...operatorsOfEnrolment,
];

function describeApi(app: App, secure: boolean): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorToken', {
    type: 'http',
    scheme: 'bearer',
  });
  for (const [scheme, kind] of [
    ['operatorSession', 'operator'],
    ['session', 'session'],
  ] as const)
    app.openAPIRegistry.registerComponent('securitySchemes', scheme, {
      type: 'apiKey',
      in: 'cookie',
      name: cookieName(kind, secure),
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
  for (const [path, known] of methods) {
    const allowed = [...known].sort();
    app.all(path, (c) =>
      answerProblem(c, {
        status: 405,
        code: 'method_not_allowed',
        detail: `${c.req.method} is not possible here`,
        action: `Use ${allowed.join(', ')}.`,
        headers: { allow: allowed.join(', ') },
      }),
    );
  }
}
