import { sameSecret } from '@visavox/core/token';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api-env.ts';
import type { LeaderPort } from './resources.ts';

export const networkHeader = 'x-visavox-network';
const goodForMs = 60_000;

/** From where a request came that is handed on, for the process that answers it; sealed, since anybody can send a header. */
export function sealedNetwork(c: Context<ApiEnv>, leader: LeaderPort): string | undefined {
  const at = String(Date.now());
  const network = c.get('network');
  const seal = leader.seal?.(sealedText(c, at, network));
  return seal === undefined ? undefined : `${at} ${network} ${seal}`;
}

/** Takes the network from another process of this installation, which has been asked from there. */
export function believeNetwork(leader: LeaderPort): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const [, at = '', network = '', given = ''] =
      /^(\d{1,16}) (\S{1,100}) (\S{1,200})$/.exec(c.req.header(networkHeader) ?? '') ?? [];
    const isNow = Math.abs(Date.now() - Number(at)) < goodForMs;
    const expected = isNow ? leader.seal?.(sealedText(c, at, network)) : undefined;
    if (expected !== undefined && sameSecret(given, expected)) c.set('network', network);
    await next();
  };
}

function sealedText(c: Context<ApiEnv>, at: string, network: string): string {
  return ['visavox network', at, network, c.req.method, c.req.path, c.req.header('authorization') ?? ''].join(
    '\n',
  );
}
