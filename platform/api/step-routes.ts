import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { StepEnvironment, StepGrant, StepLock } from '@visavox/adapters/kubeflow/step/step-grant';
import type { StepGrants } from '@visavox/adapters/kubeflow/step/step-grants';
import { Digest } from '@visavox/core/digest';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { ApiEnv } from './api-env.ts';
import { unauthenticated } from './operators.ts';
import { body, json, none, problem } from './route-parts.ts';
import { streamedBody } from './streams.ts';

const path = '/api/v1/steps';
/** By a step in a pod: `Authorization: Step TOKEN`. */
const security = [{ stepToken: [] }];
const shared = { tags: ['steps'], security };

/** What steps in pods ask: each by a token that opens what this one step is given, while its run is under way. */
export const stepRoutes = {
  stepGrant: createRoute({
    ...shared,
    method: 'get',
    path: `${path}/grant`,
    summary: 'What the step is given',
    responses: { 200: json(StepGrant, 'its code, dataset versions and packages'), default: problem },
  }),
  stepBlob: createRoute({
    ...shared,
    method: 'get',
    path: `${path}/blobs/{digest}`,
    summary: 'Bytes of the code or of a dataset version that the step is given',
    request: { params: z.object({ digest: Digest }) },
    responses: {
      200: {
        description: 'the bytes',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      default: problem,
    },
  }),
  findStepLock: createRoute({
    ...shared,
    method: 'get',
    path: `${path}/locks/{digest}`,
    summary: 'What packages that a component declares were resolved to before',
    request: { params: z.object({ digest: Digest }) },
    responses: {
      200: json(z.object({ lock: StepLock.nullable() }), 'null where they were not'),
      default: problem,
    },
  }),
  keepStepLock: createRoute({
    ...shared,
    method: 'put',
    path: `${path}/locks/{digest}`,
    summary: 'Keeps what packages were resolved to, unless another step was quicker',
    request: { params: z.object({ digest: Digest }), body: body(StepLock) },
    responses: { 200: json(StepLock, 'what is kept'), default: problem },
  }),
  stepEnvironment: createRoute({
    ...shared,
    method: 'put',
    path: `${path}/environment`,
    summary: 'Tells which packages the step runs with',
    request: { body: body(StepEnvironment) },
    responses: { 204: none, default: problem },
  }),
} as const;

/** Answers steps in pods; to be mounted where bodies were bounded and read. */
export function addStepRoutes(
  app: OpenAPIHono<ApiEnv>,
  {
    steps,
    objects,
    log,
  }: { readonly steps: StepGrants; readonly objects: ObjectStore; readonly log: Logger },
): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'stepToken', {
    ...{ type: 'apiKey', in: 'header', name: 'authorization' },
    description: 'Step TOKEN',
  });

  app.openapi(stepRoutes.stepGrant, async (c) => c.json(await steps.grant(tokenOf(c)), 200));

  app.openapi(stepRoutes.stepBlob, async (c) => {
    const { digest } = c.req.valid('param');
    await steps.requireReadable(tokenOf(c), digest);
    const content = await streamedBody(c, readBlob(objects, digest), log);
    return c.body(content, 200, { 'content-type': 'application/octet-stream' });
  });

  app.openapi(stepRoutes.findStepLock, async (c) => {
    const lock = await steps.findLock(tokenOf(c), c.req.valid('param').digest);
    return c.json({ lock: lock ?? null }, 200);
  });

  app.openapi(stepRoutes.keepStepLock, async (c) =>
    c.json(await steps.keepLock(tokenOf(c), c.req.valid('param').digest, c.req.valid('json')), 200),
  );

  app.openapi(stepRoutes.stepEnvironment, async (c) => {
    await steps.keepEnvironment(tokenOf(c), c.req.valid('json'));
    return c.body(null, 204);
  });
}

function tokenOf(c: Context<ApiEnv>): string {
  const token = /^Step\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  return token;
}
