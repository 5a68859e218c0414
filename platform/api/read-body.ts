import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api-env.ts';
import type { Bodies } from './bodies.ts';
import { refuseNulInJson } from './nul.ts';

/** Puts a request that has its body in memory in the place of one whose body is still to come. */
export function readBody<E extends ApiEnv>(bodies: Bodies): MiddlewareHandler<E> {
  return async (c, next) => {
    const { url, method, headers } = c.req.raw;
    if (c.get('bodyIsRead') || method === 'GET' || method === 'HEAD') return next();
    const declared = headers.get('content-length');
    if (declared === '0' || (declared === null && !headers.has('transfer-encoding') && isOverSocket(c.env)))
      return next();
    const { body } = c.req.raw;
    if (body === null) return next();
    const { bytes, release } = await bodies.read(body, {
      network: c.get('network'),
      expected: declared === null ? undefined : Number(declared),
    });
    try {
      refuseNulInJson(headers.get('content-type'), bytes);
      c.set('bodyIsRead', true);
      c.req.raw = new Request(url, { method, headers, body: bytes });
      await next();
    } finally {
      release();
    }
  };
}

function isOverSocket(env: ApiEnv['Bindings'] | undefined): boolean {
  return env?.incoming !== undefined;
}
