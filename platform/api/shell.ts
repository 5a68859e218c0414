import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { cookieName, operatorCookie } from './cookies.ts';
import { identifyRequest, limitBody, overHttpsAlone, requireKnownHost, requireSameOrigin } from './guards.ts';
import { refuseNul } from './nul.ts';
import { answerError, answerProblem, schemaFault } from './problem.ts';
import { reportRefusals } from './refusals.ts';
import type { ShellResources } from './resources.ts';
import { notFound } from './web-page.ts';

/** An application whose every refusal is a problem document, also that of a request which does not fit its schema. */
export function openApi<E extends ApiEnv>(): OpenAPIHono<E> {
  return new OpenAPIHono<E>({
    defaultHook: (result) => {
      if (!result.success) throw schemaFault(result.error);
    },
  });
}

/** What every request meets first, whatever is asked: an id, the known host, the own origin, bounds of its body. */
export function openShell<E extends ApiEnv>(resources: ShellResources): OpenAPIHono<E> {
  const app = openApi<E>();
  const refused = reportRefusals(resources.log);
  app.onError((error, c) => answerError(error, c, { log: resources.log, refused }));
  app.notFound((c) => notFound(c));
  app.use(resources.metrics.timed);
  if (resources.secureCookies) app.use(overHttpsAlone);
  app.use(identifyRequest(resources), requireKnownHost(resources.allowedHosts), requireSameOrigin);
  app.use(refuseNul, limitBody);
  return app;
}

/** The description of everything that was added so far, at `/api/openapi.json`. */
export function describeApi<E extends ApiEnv>(
  app: OpenAPIHono<E>,
  { title, description, secureCookies }: { title: string; description: string; secureCookies: boolean },
): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorToken', {
    type: 'http',
    scheme: 'bearer',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorSession', {
    type: 'apiKey',
    in: 'cookie',
    name: cookieName(operatorCookie, secureCookies),
  });
  app.doc31('/api/openapi.json', { openapi: '3.1.0', info: { title, version: '1', description } });
}

/** A known path with another method is told so, with the methods that there are. */
export function refuseOtherMethods<E extends ApiEnv>(app: OpenAPIHono<E>): void {
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
