import type { OpenAPIHono } from '@hono/zod-openapi';
import { Bodies } from '@visavox/api/bodies';
import { isOfDatasets, type PagePolicy } from '@visavox/api/guards';
import { requireOperator } from '@visavox/api/operators';
import { createPlatformApi } from '@visavox/api/platform-api';
import { readBody } from '@visavox/api/read-body';
import { describeApi, openShell, refuseOtherMethods } from '@visavox/api/shell';
import { addWebPages } from '@visavox/api/web-page';
import type { ApiResources } from '../resources.ts';
import { admit } from './admission.ts';
import type { AppEnv } from './app-env.ts';
import { identifyCaller } from './auth.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { cookieNameOf } from './cookies.ts';
import { addEnrolmentRoutes, enrolmentRoutes, operatorsOfEnrolment } from './enrolment-routes.ts';
import { evenOutRefusals } from './even-refusals.ts';
import { addPeopleRoutes } from './people-routes.ts';
import { addReportRoutes } from './report-routes.ts';
import { routes } from './routes.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { identifyVisitor } from './visitor.ts';
import { addWaysInRoutes } from './ways-in-handlers.ts';

export type App = OpenAPIHono<AppEnv>;

/** The page finds faces by WebAssembly, and records. */
export const pagePolicy: PagePolicy = { scripts: ["'wasm-unsafe-eval'"], features: ['camera', 'microphone'] };

/** Everything that is answered over HTTP: sign-in, and what the platform gives. */
export function createApp(resources: ApiResources): App {
  const app = openShell<AppEnv>({ ...resources, pagePolicy });
  app.on(['post'], routes.attempt.getRoutingPath(), evenOutRefusals);
  readBodies(app, resources);
  app.use('/api/*', identifyVisitor(resources), identifyCaller(resources));
  for (const route of operatorRoutes) app.on([route.method], route.getRoutingPath(), requireOperator);

  addSignInRoutes(app, resources);
  addPeopleRoutes(app, resources);
  addWaysInRoutes(app, resources);
  addEnrolmentRoutes(app, resources);
  addConsoleRoutes(app, resources);
  addReportRoutes(app, resources);
  app.route('/', createPlatformApi(resources));
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: cookieNameOf('session', resources.secureCookies),
  });
  describeApi(app, {
    title: 'Visavox',
    description: 'Sign-in by face and voice, and the platform that trains and releases its recogniser.',
    secureCookies: resources.secureCookies,
  });
  refuseOtherMethods(app);
  // The console is among its pages.
  addWebPages(app, { webFolder: resources.webFolder, consoleFolder: undefined });
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
  const read = readBody<AppEnv>(new Bodies());
  for (const route of heavyRoutes) {
    const kind = `${route.method} ${route.path}`;
    app.on([route.method], route.getRoutingPath(), admit(places, { kind, operatorToken }, read));
  }
  // Files of datasets are large, and sent by operators alone; heavy ones have been read.
  app.use((c, next) => (isOfDatasets(c.req.path) ? next() : read(c, next)));
}

const operatorRoutes = [
  ...[routes.people, routes.overview, routes.attempts, routes.samples, routes.modelReport],
  ...[routes.modelReportFile, routes.issueCode, routes.accessEvents],
  ...operatorsOfEnrolment,
];
