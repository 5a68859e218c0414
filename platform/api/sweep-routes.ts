import { randomUUID } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { UserError } from '@visavox/core/errors';
import type { Dimension, Space } from '@visavox/core/search-space';
import { bestOf, type Sweep } from '@visavox/core/sweep';
import { pinDatasets } from '@visavox/pipelines/dataset-parameters';
import type { PipelineSpec } from '@visavox/pipelines/ir';
import { coerce, resolveParameters } from '@visavox/pipelines/parameters';
import { parsePipelineSpec } from '@visavox/pipelines/read-ir';
import type { ApiEnv } from './api-env.ts';
import { keyedRequest, requireSameRequest, WithIdempotencyKey } from './idempotency.ts';
import { byOf } from './operators.ts';
import type { PlatformResources } from './resources.ts';
import { body, Id, json, limit, operator, problem } from './route-parts.ts';
import { NewSweep, SweepDetails, Sweeps } from './sweep-schemas.ts';

export const sweepRoutes = {
  sweeps: createRoute({
    method: 'get',
    path: '/api/v1/sweeps',
    tags: ['platform'],
    security: operator,
    request: { query: z.object({ limit: limit.default(50) }) },
    responses: { 200: json(Sweeps, 'newest first'), default: problem },
  }),
  startSweep: createRoute({
    method: 'post',
    path: '/api/v1/sweeps',
    tags: ['platform'],
    summary:
      'Search for the parameters of a pipeline; each trial is a run. Asked for again with the same Idempotency-Key, it is the same sweep',
    security: operator,
    request: { headers: WithIdempotencyKey, body: body(NewSweep) },
    responses: { 202: json(SweepDetails, 'begun'), default: problem },
  }),
  sweep: createRoute({
    method: 'get',
    path: '/api/v1/sweeps/{id}',
    tags: ['platform'],
    summary: 'A sweep, by its id, the beginning of it, or its name',
    security: operator,
    request: { params: Id },
    responses: { 200: json(SweepDetails, 'found'), default: problem },
  }),
  cancelSweep: createRoute({
    method: 'post',
    path: '/api/v1/sweeps/{id}/cancel',
    tags: ['platform'],
    security: operator,
    request: { params: Id },
    responses: { 202: json(SweepDetails, 'its trials are canceled'), default: problem },
  }),
  resumeSweep: createRoute({
    method: 'post',
    path: '/api/v1/sweeps/{id}/resume',
    tags: ['platform'],
    summary: 'Go on with the trials that are left of one that failed or was canceled',
    security: operator,
    request: { params: Id },
    responses: { 202: json(SweepDetails, 'goes on'), default: problem },
  }),
} as const;

export function addSweepRoutes(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  const { sweeps, datasets, log } = resources;
  const routes = sweepRoutes;
  const detailed = async (sweep: Sweep) => {
    const outcomes = await sweeps.outcomes(sweep);
    const best = bestOf(outcomes, sweep.plan.goal) ?? null;
    return { ...inBrief(sweep), trials: [...outcomes], best };
  };

  app.openapi(routes.sweeps, async (c) => {
    const found = await sweeps.list({ limit: c.req.valid('query').limit });
    return c.json({ sweeps: found.map(inBrief) }, 200);
  });

  app.openapi(routes.startSweep, async (c) => {
    const {
      pipelineSpec,
      parameters,
      useCache,
      engine,
      code,
      name,
      space: given,
      ...plan
    } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const keyed = key === undefined ? undefined : keyedRequest('sweep', key, c.req.valid('json'));
    const spec = parsePipelineSpec(pipelineSpec);
    const pinned = await pinDatasets(spec, parameters, datasets);
    const space = typed(spec, given);
    resolveParameters(spec, { ...pinned.parameters, ...corner(space) });
    const sweep = await sweeps.create({
      ...(keyed ?? { id: randomUUID() }),
      ...{ pipeline: spec.pipelineInfo.name, pipelineSpec, plan: { ...plan, space } },
      ...(name !== undefined && { name }),
      run: {
        ...{ parameters: pinned.parameters, datasets: [...pinned.datasets], seed: plan.seed, useCache },
        by: byOf(c),
        ...(code && { code }),
        ...(engine !== undefined && { engine }),
      },
    });
    requireSameRequest(keyed, sweep);
    log.info({ requestId: c.get('requestId'), sweep: sweep.id }, 'sweep begun');
    return c.json(await detailed(sweep), 202);
  });

  app.openapi(routes.sweep, async (c) =>
    c.json(await detailed(await sweeps.find(c.req.valid('param').id)), 200),
  );

  app.openapi(routes.cancelSweep, async (c) => {
    const { id } = await sweeps.find(c.req.valid('param').id);
    return c.json(await detailed(await sweeps.cancel(id)), 202);
  });

  app.openapi(routes.resumeSweep, async (c) => {
    const { id } = await sweeps.find(c.req.valid('param').id);
    return c.json(await detailed(await sweeps.resume(id)), 202);
  });
}

function inBrief({ id, name, pipeline, state, reason, plan, trials, createdAt, finishedAt }: Sweep) {
  const named = name === undefined ? {} : { name };
  return { ...named, id, pipeline, state, reason, plan, createdAt, finishedAt, begun: trials.length };
}

/** The space with values of the types that the pipeline's parameters have: a range of an integer is one of integers. */
function typed(spec: PipelineSpec, space: Space): Space {
  const declared = spec.root.inputDefinitions?.parameters ?? {};
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]): [string, Dimension] => {
      const type = declared[name]?.parameterType;
      if (type === undefined) return [name, dimension];
      if ('values' in dimension)
        return [name, { values: dimension.values.map((value) => coerce(type, value) ?? value) }];
      if (type !== 'NUMBER_INTEGER' && type !== 'NUMBER_DOUBLE') throw notANumber(name);
      return [name, { ...dimension, integer: dimension.integer || type === 'NUMBER_INTEGER' }];
    }),
  );
}

/** One point of a space: the first value of each parameter. */
function corner(space: Space) {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      'values' in dimension ? (dimension.values[0] ?? '') : Math.min(dimension.low, dimension.high),
    ]),
  );
}

function notANumber(name: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'sweep_invalid',
    message: `The sweep cannot start: the parameter ${name} is no number, and is given a range.`,
    action: `Give values: ${name}=first,second.`,
  });
}
