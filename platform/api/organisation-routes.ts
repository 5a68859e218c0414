import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { PendingSignIn } from '@visavox/adapters/oidc/openid-provider';
import { isDatabaseAway } from '@visavox/adapters/sql/database-away';
import { UserError } from '@visavox/core/errors';
import type { Context } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { ApiEnv, ApiUser } from './api-env.ts';
import { type Cookie, cookieName, takeLaxCookie } from './cookies.ts';
import { type SignInResources, startUserSession } from './operator-routes.ts';
import { beginPath, callbackPath } from './organisation-door.ts';
import { problem } from './route-parts.ts';

const tags = ['operation'];
const home = '/console';
const pendingCookie: Cookie = { name: 'visavox_oidc', maxAge: 10 * 60 };

const Pending = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  /** Milliseconds since 1970: a cookie that was kept aside does not count for ever. */
  at: z.number(),
});

const redirects = { 302: { description: 'elsewhere' }, default: problem };
const routes = {
  begin: createRoute({
    method: 'get',
    path: beginPath,
    tags,
    summary: 'Sign in by the organisation’s OpenID provider: for browsers, which are sent there',
    request: {
      query: z.object({
        return_to: z
          .string()
          .max(2000)
          .optional()
          .openapi({ description: 'a page of the console to be shown afterwards' }),
      }),
    },
    responses: redirects,
  }),
  callback: createRoute({
    method: 'get',
    path: callbackPath,
    tags,
    summary: 'Where the organisation’s OpenID provider sends browsers back to',
    responses: redirects,
  }),
};

/**
 * Sign-in by the organisation's OpenID provider. Whatever goes wrong is said by the console's sign-in page, which is told its
 * code: who comes here is a person in a browser.
 */
export function addOrganisationRoutes<E extends ApiEnv>(
  app: OpenAPIHono<E>,
  resources: SignInResources & { readonly now: () => Date },
  signedIn: (c: Context<E>, user: ApiUser) => Promise<void> = async () => {},
): void {
  const { organisation, secureCookies: secure, now } = resources;
  const name = cookieName(pendingCookie, secure);

  app.openapi(routes.begin, async (c) => {
    if (!organisation) return c.redirect(refusal('oidc_not_configured'), 302);
    try {
      const { address, pending } = await organisation.begin();
      const returnTo = consoleAddress(c.req.valid('query').return_to);
      const text = JSON.stringify({ ...pending, returnTo, at: now().getTime() });
      // The way back begins at the provider's page, from where a browser sends no cookie that is strict.
      await setSignedCookie(c, name, text, organisation.cookieKey, {
        ...{ httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: pendingCookie.maxAge },
      });
      return c.redirect(address.href, 302);
    } catch (error) {
      return c.redirect(refusal(codeOf(error)), 302);
    }
  });

  app.openapi(routes.callback, async (c) => {
    if (!organisation) return c.redirect(refusal('oidc_not_configured'), 302);
    const pending = await pendingOf(c, organisation.cookieKey);
    takeLaxCookie(c, pendingCookie, secure);
    try {
      const where = { network: c.get('network'), request: c.get('requestId') };
      const found = await organisation.finish(new URL(c.req.url).search, pending, where);
      const user = { ...found, shared: false };
      await startUserSession(c, user, resources);
      await signedIn(c, user);
      return c.redirect(pending?.returnTo ?? home, 302);
    } catch (error) {
      return c.redirect(refusal(codeOf(error)), 302);
    }
  });

  async function pendingOf(
    c: Context<E>,
    key: string,
  ): Promise<(PendingSignIn & { readonly returnTo: string }) | undefined> {
    const text = await getSignedCookie(c, key, name);
    if (!text) return undefined;
    const { at, ...pending } = Pending.parse(JSON.parse(text));
    return now().getTime() - at < pendingCookie.maxAge * 1000 ? pending : undefined;
  }
}

/** A page of the console here, whatever was asked for: nobody is sent on to somebody else's. */
export function consoleAddress(wanted: string | undefined): string {
  const here = 'http://here.invalid';
  const asked = wanted !== undefined && URL.canParse(wanted, here) ? new URL(wanted, here) : undefined;
  const isConsole = asked?.origin === here && `${asked.pathname}/`.startsWith(`${home}/`);
  return isConsole ? `${asked.pathname}${asked.search}` : home;
}

const refusal = (code: string) => `${home}?refused=${encodeURIComponent(code)}`;

/** Others are the server's own faults, which are logged. */
function codeOf(error: unknown): string {
  if (error instanceof UserError) return error.code;
  if (isDatabaseAway(error)) return 'database_unavailable';
  throw error;
}
