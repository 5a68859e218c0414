import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiEnv } from './api-env.ts';
import type { clientNetworks } from './client-network.ts';

export const maximumBodyBytes = 25 * 1024 * 1024;
/** Of the list of what a dataset holds. */
const maximumManifestBytes = 512 * 1024 * 1024;

/** What the pages of a project may do beyond showing themselves. */
export interface PagePolicy {
  /** More sources of scripts, as in a content security policy: `'wasm-unsafe-eval'`. */
  readonly scripts?: readonly string[];
  /** Features of the browser that they use: `camera`, `microphone`. */
  readonly features?: readonly string[];
}

const features = ['camera', 'microphone', 'geolocation'];

function securityHeaders({
  scripts = [],
  features: used = [],
}: PagePolicy): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'self'",
      ["script-src 'self'", ...scripts].join(' '),
      "img-src 'self' data: blob:",
      "media-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': features
      .map((feature) => `${feature}=(${used.includes(feature) ? 'self' : ''})`)
      .join(', '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}

/** Whatever is answered has an id, a time at which it came, and a network from which it came. */
export function identifyRequest({
  now,
  networkOf,
  pagePolicy = {},
}: {
  now: () => Date;
  networkOf: ReturnType<typeof clientNetworks>;
  pagePolicy?: PagePolicy | undefined;
}): MiddlewareHandler<ApiEnv> {
  const headers = Object.entries(securityHeaders(pagePolicy));
  return async (c, next) => {
    const id = randomUUID();
    c.set('receivedAt', now());
    c.set('network', networkOf(c.env?.incoming?.socket.remoteAddress, c.req.header('x-forwarded-for')));
    c.set('requestId', id);
    await next();
    c.header('x-request-id', id);
    for (const [name, value] of headers) c.header(name, value);
    if (c.req.path.startsWith('/api/')) c.header('cache-control', 'no-store');
  };
}

/** A browser that was here once comes over https from then on, whatever somebody on the way says. */
export const overHttpsAlone: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  c.header('strict-transport-security', 'max-age=31536000');
};

/** A foreign page whose name was pointed at this machine (DNS rebinding) comes with its own Host header. */
export function requireKnownHost(hosts: ReadonlySet<string>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const host = hostnameOf(`http://${c.req.header('host') ?? new URL(c.req.url).host}`);
    if (host === undefined || !hosts.has(host)) {
      throw new UserError({
        kind: 'forbidden',
        code: 'host_not_allowed',
        message: 'this service does not answer to this name',
        action:
          'Use the address that the service printed, or name this one in VISAVOX_PUBLIC_URL or VISAVOX_ALLOWED_HOSTS.',
      });
    }
    await next();
  };
}

/** No page of another origin may change anything here; programs that send no Origin may. */
export const requireSameOrigin: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    const foreign =
      (origin !== undefined && hostOf(origin) !== host) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (foreign) {
      throw new UserError({
        kind: 'forbidden',
        code: 'cross_origin',
        message: 'a page of another origin may not do this',
        action: 'Use the page of this service, or call the API from a program.',
      });
    }
  }
  await next();
};

/** Refuses while the body streams in: at once where its length is told, else at the first byte too many. */
export const limitBody: MiddlewareHandler<ApiEnv> = (c, next) => {
  // Without a length Hono makes another request of this one, which has to be one of Node's own then.
  if (!c.req.raw.headers.has('content-length') && c.req.raw.body) {
    const { url, method, headers, body } = c.req.raw;
    const streamed: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' };
    c.req.raw = new Request(url, streamed);
  }
  if (isBlob(c.req.path)) return next();
  return (isOfDatasets(c.req.path) ? refuseLargeManifest : refuseLargeBody)(c, next);
};

/** Files of datasets are what they are, and sent by operators alone. */
export const isOfDatasets = (path: string) => isBlob(path) || path === '/api/v1/datasets';

/** Streamed to where it is kept, so it may have any size. */
const isBlob = (path: string) => /^\/api\/v1\/blobs\/[^/]*$/.test(path) && path !== '/api/v1/blobs/missing';

const limitOf = (maxSize: number, action: string) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new UserError({
        kind: 'too-large',
        code: 'body_too_large',
        message: `a request may have ${maxSize / 1024 / 1024} MB at most`,
        action,
      });
    },
  });
const refuseLargeBody = limitOf(maximumBodyBytes, 'Send less at once: smaller files, or fewer.');
const refuseLargeManifest = limitOf(maximumManifestBytes, 'Make several datasets of it.');

export function allowedHosts(settings: {
  host: string;
  publicUrl: string | undefined;
  ownUrl: string | undefined;
  allowedHosts: readonly string[];
}): Set<string> {
  const hosts = ['localhost', '127.0.0.1', '[::1]', settings.host, ...settings.allowedHosts];
  const addresses = [settings.publicUrl, settings.ownUrl].flatMap((url) => (url && hostnameOf(url)) || []);
  return new Set([...hosts, ...addresses]);
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
