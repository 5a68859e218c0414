import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

export { freePort } from '@visavox/adapters/processes/free-port';

export const client = { id: 'visavox', secret: 'a secret between provider and server' } as const;

/** By subject, what the provider says of people. */
export type Accounts = Map<string, Readonly<Record<string, unknown>>>;

/** A certified OpenID provider on this machine, whose sign-in page takes the subject of an account and asks for nothing else. */
export class TestOpenIdProvider {
  readonly issuer: string;
  /** May be changed while it runs. */
  readonly accounts: Accounts;
  readonly #server: Server;

  private constructor(issuer: string, accounts: Accounts, server: Server) {
    this.issuer = issuer;
    this.accounts = accounts;
    this.#server = server;
  }

  static async start(options: {
    port: number;
    redirectUris: readonly string[];
    accounts: Accounts;
  }): Promise<TestOpenIdProvider> {
    const { port, redirectUris, accounts } = options;
    const issuer = `http://127.0.0.1:${port}`;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const provider: Provider = new Provider(issuer, {
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [...redirectUris] }],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'test' }] as never },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      claims: {
        openid: ['sub'],
        profile: ['preferred_username', 'groups'],
        email: ['email', 'email_verified'],
      },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, sub) => {
        const claims = accounts.get(sub);
        return claims && { accountId: sub, claims: () => ({ ...claims, sub }) };
      },
      // Nobody is asked for consent: that is the organisation's own server.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new provider.Grant({ accountId: `${oidc.session?.accountId}`, clientId: client.id });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    const answer = provider.callback();
    const server = createServer((request, response) => {
      const done = request.url?.startsWith('/interaction/')
        ? signInPage(provider, request, response)
        : answer(request, response);
      done.catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TestOpenIdProvider(issuer, accounts, server);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

const page = `<!doctype html><html lang="en"><title>The organisation</title><main><h1>The organisation</h1>
<form method="post"><label>Account <input name="account"></label><button>Continue</button></form>
<a href="?cancelled">Cancel</a></main></html>`;

async function signInPage(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url?.endsWith('?cancelled'))
    return provider.interactionFinished(request, response, { error: 'access_denied' });
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const accountId = new URLSearchParams(Buffer.concat(parts).toString()).get('account') ?? '';
  return provider.interactionFinished(request, response, { login: { accountId } });
}
