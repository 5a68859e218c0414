import { messageOf, UserError } from '@visavox/core/errors';
import type { MiddlewareHandler } from 'hono';
import type { Answer, ApiEnv } from './api-env.ts';
import { networkHeader, sealedNetwork } from './forwarded-network.ts';
import type { LeaderPort } from './resources.ts';

const forwardedHeader = 'x-visavox-forwarded';
/** Who is asking, and what about; the browser's own headers (origin, host) speak of another address. */
const carried = ['authorization', 'cookie', 'content-type', 'accept', 'idempotency-key'];
/** Bringing a model up on a cluster takes its time. */
const answerWithinMs = 10 * 60_000;

/**
 * Hands what only the leading process can do on to it, wherever it is; the answer comes back as it is. `afterwards`:
 * what this process does about it when it was done. `orHere`: without a leader this process keeps it for the next one.
 */
export function forwardToLeader(
  leader: LeaderPort,
  { afterwards, orHere = false }: { afterwards?: () => Promise<void>; orHere?: boolean } = {},
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (leader.here) return next();
    const url = await leader.url();
    // Where a request was handed on already, the leader has changed meanwhile.
    if (url === undefined || c.req.header(forwardedHeader) !== undefined) {
      if (orHere) return next();
      throw nobodyLeads();
    }
    const { pathname, search } = new URL(c.req.url);
    const { method } = c.req;
    const headers = new Headers({ [forwardedHeader]: '1' });
    const from = sealedNetwork(c, leader);
    if (from !== undefined) headers.set(networkHeader, from);
    for (const name of carried) {
      const value = c.req.header(name);
      if (value !== undefined) headers.set(name, value);
    }
    let answer: Response;
    try {
      answer = await fetch(new URL(pathname + search, url), {
        ...{ method, headers, redirect: 'manual' },
        signal: AbortSignal.timeout(answerWithinMs),
        body: method === 'GET' || method === 'HEAD' ? null : await c.req.arrayBuffer(),
      });
    } catch (error) {
      if (orHere) return next();
      throw nobodyLeads(messageOf(error));
    }
    if (answer.ok) await afterwards?.();
    const type = answer.headers.get('content-type');
    return new Response(answer.body, {
      status: answer.status,
      headers: type ? { 'content-type': type } : {},
    });
  };
}

/** A part that serves nobody is asked by the other parts alone. */
export function onlyForwarded(answer: Answer): Answer {
  return (request, env) =>
    request.headers.has(forwardedHeader)
      ? answer(request, env)
      : Response.json(
          {
            title: 'Not found',
            status: 404,
            code: 'not_served_here',
            detail: 'this process trains and releases; it serves nobody',
            action: 'Ask a process with the role "server".',
          },
          { status: 404, headers: { 'content-type': 'application/problem+json' } },
        );
}

function nobodyLeads(reason?: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'no_leader',
    message: `no process leads right now${reason === undefined ? '' : `: ${reason}`}`,
    action: 'Try again in half a minute; if it stays so, look whether the controller runs.',
    details: { retryAfterSeconds: 30 },
  });
}
