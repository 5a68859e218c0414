import type { OpenAPIHono } from '@hono/zod-openapi';
import { messageOf, UserError } from '@visavox/core/errors';
import { parseModelReference } from '@visavox/core/model';
import type { Context } from 'hono';
import type { ApiEnv } from './api-env.ts';
import { requireRole } from './operators.ts';
import type { PlatformResources, ServedRelease } from './resources.ts';
import { notFound } from './web-page.ts';

const path = '/api/v1/serving/:environment/:model/*';
/** What the protocol's binary extension says in headers, both ways. */
const carried = ['content-type', 'inference-header-content-length', 'accept'];
const answerWithinMs = 60_000;

/** Where a model of this name answers; clients put `/v2/…` (Open Inference Protocol) or `/invocations` (MLflow) behind it. */
export function servingPath(environment: string, model: string): string {
  return `/api/v1/serving/${encodeURIComponent(environment)}/${encodeURIComponent(model)}`;
}

/**
 * The Open Inference Protocol v2, and MLflow's `/invocations`, at an address that stays the same from release to release: the champion of
 * `/serving/production/digits`, what was proposed beside it as `digits@challenger`, one version as `digits:3`.
 */
export function addServingRoutes(
  app: OpenAPIHono<ApiEnv>,
  { served, requests }: Pick<PlatformResources, 'served' | 'requests'>,
): void {
  // An application that asks for predictions changes nothing.
  app.use(path, requireRole('viewer'));
  app.all(path, async (c) => {
    const { environment, model } = c.req.param();
    const [, rest] =
      /^\/api\/v1\/serving\/[^/]+\/[^/]+(\/v2(?:\/.*)?|\/invocations|\/ping)$/.exec(c.req.path) ?? [];
    if (rest === undefined) return notFound(c);
    const reference = parseModelReference(/[:@]/.test(model) ? model : `${model}@champion`);
    const body = ['GET', 'HEAD'].includes(c.req.method) ? null : await c.req.arrayBuffer();
    // One that was released meanwhile is found again by its name.
    for (const _ of [1, 2]) {
      const found = await served.find(environment, reference);
      const began = performance.now();
      const answer = await asked(c, found, rest, body);
      if (!answer) continue;
      if (body === null || !isPrediction(rest) || !requests.wants(environment, reference.name)) return answer;
      const response = new Uint8Array(await answer.arrayBuffer());
      requests.record({
        ...{ environment, model: reference.name, version: found.release.version, path: rest },
        ...{ status: answer.status, ms: Math.round(performance.now() - began) },
        ...{ request: new Uint8Array(body), response },
      });
      return new Response(response, answer);
    }
    throw new UserError({
      kind: 'unavailable',
      code: 'model_server_unreachable',
      message: `the server of ${model} in ${environment} does not answer`,
      action: 'Try again in a moment; if it stays so, see the log of the server.',
      details: { retryAfterSeconds: 5 },
    });
  });
}

const isPrediction = (path: string) => path === '/invocations' || path.endsWith('/infer');

/** Undefined where nobody answered. A prediction may be asked for twice. */
async function asked(
  c: Context<ApiEnv>,
  { url, lost }: ServedRelease,
  rest: string,
  body: ArrayBuffer | null,
): Promise<Response | undefined> {
  const headers = headersOf((name) => c.req.header(name));
  const signal = AbortSignal.timeout(answerWithinMs);
  try {
    const answer = await fetch(new URL(rest, url), { method: c.req.method, headers, body, signal });
    return new Response(answer.body, {
      status: answer.status,
      headers: headersOf((name) => answer.headers.get(name)),
    });
  } catch (error) {
    if (signal.aborted) throw tooSlow(messageOf(error));
    lost();
    return undefined;
  }
}

function headersOf(value: (name: string) => string | null | undefined): Headers {
  const headers = new Headers();
  for (const name of carried) {
    const given = value(name);
    if (given) headers.set(name, given);
  }
  return headers;
}

function tooSlow(reason: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'model_server_timeout',
    message: `the model did not answer within ${answerWithinMs / 1000} s: ${reason}`,
    action: 'Send fewer inputs at once.',
  });
}
