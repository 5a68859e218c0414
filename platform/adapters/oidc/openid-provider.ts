import { messageOf, UserError } from '@visavox/core/errors';
import { type Claims, claimAt } from '@visavox/core/vouched-user';
import * as oidc from 'openid-client';

const timeoutSeconds = 10;

export interface OpenIdClient {
  /** The provider's, as its discovery document has it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a client that keeps no secret, which PKCE protects alone. */
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  /** Asked for at the provider where the ID token does not have it. */
  readonly wantedClaim: string;
}

/** What a browser is sent away with, and has to come back with. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Whom a provider vouches for: an issuer never gives a subject to somebody else. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
}

/**
 * An organisation's OpenID provider: authorization code with PKCE, state and nonce. It is asked what it can do when somebody
 * first signs in, so that a server starts without it.
 */
export class OpenIdProvider {
  readonly issuer: string;
  readonly #client: OpenIdClient;
  #discovered: Promise<oidc.Configuration> | undefined;

  constructor(client: OpenIdClient) {
    this.#client = client;
    this.issuer = new URL(client.issuer).href;
  }

  /** Where to send a browser. */
  async begin(redirectUri: URL): Promise<{ address: URL; pending: PendingSignIn }> {
    const configuration = await this.#configuration();
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const address = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri.href,
      scope: this.#client.scopes,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    return { address, pending };
  }

  /** `answer`: the redirect URI with what the provider added to it. */
  async finish(answer: URL, { state, nonce, verifier }: PendingSignIn): Promise<Vouched> {
    const configuration = await this.#configuration();
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      });
      const claims = tokens.claims();
      if (!claims) throw new TypeError('an ID token was required');
      const more = await this.#moreOf(configuration, tokens.access_token, claims);
      return { issuer: new URL(claims.iss).href, subject: claims.sub, claims: { ...more, ...claims } };
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Many providers say no more in an ID token than who somebody is. */
  async #moreOf(
    configuration: oidc.Configuration,
    accessToken: string,
    claims: oidc.IDToken,
  ): Promise<Claims> {
    const isWhole =
      claimAt(claims, this.#client.wantedClaim) !== undefined &&
      (claims.preferred_username !== undefined || claims.email !== undefined);
    if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return {};
    return oidc.fetchUserInfo(configuration, accessToken, claims.sub);
  }

  #configuration(): Promise<oidc.Configuration> {
    this.#discovered ??= this.#discover().catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  async #discover(): Promise<oidc.Configuration> {
    const { clientId, clientSecret } = this.#client;
    const issuer = new URL(this.issuer);
    const execute = [
      // The connection vouches for an ID token too, but only as far as whatever ends TLS on the way.
      oidc.enableNonRepudiationChecks,
      ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
    ];
    try {
      const found = await oidc.discovery(issuer, clientId, undefined, oidc.None(), {
        ...{ timeout: timeoutSeconds, execute },
      });
      if (clientSecret === undefined) return found;
      const metadata = found.serverMetadata();
      const known = new oidc.Configuration(
        metadata,
        clientId,
        clientSecret,
        // What a provider that names none takes, by OpenID Connect Discovery.
        (metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']).includes(
          'client_secret_basic',
        )
          ? oidc.ClientSecretBasic(clientSecret)
          : oidc.ClientSecretPost(clientSecret),
      );
      known.timeout = timeoutSeconds;
      for (const extend of execute) extend(known);
      return known;
    } catch (error) {
      throw providerAway(error);
    }
  }
}

function faultOf(error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (isAway(error)) return providerAway(error);
  if (error instanceof oidc.AuthorizationResponseError)
    return new UserError({
      kind: 'unauthenticated',
      code: 'oidc_denied',
      message: `the organisation’s provider did not sign anybody in: ${error.error}`,
      action: 'Try again; if it stays, ask whoever runs the provider.',
      cause: error,
    });
  return new UserError({
    kind: 'unauthenticated',
    code: 'oidc_failed',
    message: `what the organisation’s provider sent does not hold: ${detailOf(error)}`,
    action: 'Begin again; if it stays, an operator finds the reason in the log of the server.',
    cause: error,
  });
}

function providerAway(cause: unknown): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'oidc_unavailable',
    message: `the organisation’s provider does not answer as one: ${detailOf(cause)}`,
    action: 'Try again in a minute, or sign in with a token or a password.',
    cause,
  });
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof TypeError && error.message === 'fetch failed') return true;
  const { cause } = error;
  const status =
    cause instanceof Response ? cause.status : error instanceof oidc.ResponseBodyError ? error.status : 0;
  return ('code' in error && error.code === 'OAUTH_TIMEOUT') || status >= 500;
}

/** For the log: what a provider objects to is in the body of its answer, and why none came in the cause. */
function detailOf(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError)
    return [error.error, error.error_description].filter(Boolean).join(': ');
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${messageOf(error)}${cause}`;
}
