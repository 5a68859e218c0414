import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { giveCookie, operatorCookie, takeCookie } from './cookies.ts';
import type { OperatorResources } from './operators.ts';
import { body, json, none, problem } from './route-parts.ts';
import { OperatorState, OperatorToken } from './schemas.ts';

const path = '/api/v1/operator/session';
const tags = ['operation'];

/** Where pages of an application and of the platform alike ask whether an operator is signed in. */
export const operatorStateRoute = createRoute({
  method: 'get',
  path,
  tags,
  responses: { 200: json(OperatorState, 'who is asking'), default: problem },
});

const routes = {
  begin: createRoute({
    method: 'post',
    path,
    tags,
    summary: "Exchange the operator's token for a session cookie",
    request: { body: body(OperatorToken) },
    responses: { 200: json(OperatorState, 'signed in'), default: problem },
  }),
  end: createRoute({ method: 'delete', path, tags, responses: { 204: none, default: problem } }),
};

/** The door of a server whose only callers are operators. */
export function addOperatorRoutes(app: OpenAPIHono<ApiEnv>, resources: OperatorResources): void {
  const { operatorDoor, operatorSessions, secureCookies: secure } = resources;

  app.openapi(operatorStateRoute, (c) => c.json({ operator: c.get('caller').operator }, 200));

  app.openapi(routes.begin, async (c) => {
    const token = await operatorDoor.requireToken(c.req.valid('json').token, c.get('network'));
    const value = await operatorSessions.start(token, c.get('operatorSessionToken'));
    giveCookie(c, operatorCookie, { value, secure });
    return c.json({ operator: true }, 200);
  });

  app.openapi(routes.end, async (c) => {
    const token = c.get('operatorSessionToken');
    if (token !== undefined) await operatorSessions.end(token);
    takeCookie(c, operatorCookie, secure);
    return c.body(null, 204);
  });
}
