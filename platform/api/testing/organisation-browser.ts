import type { TestPlatform } from './test-platform.ts';

/** What a browser does of a sign-in: it follows redirects, and keeps the cookies of each place. */
export class OrganisationBrowser {
  readonly #platform: TestPlatform;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(platform: TestPlatform) {
    this.#platform = platform;
  }

  /** Asks here or at the provider, and follows nothing. */
  async visit(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, 'http://localhost');
    const jar = this.#cookies.get(url.origin) ?? new Map<string, string>();
    this.#cookies.set(url.origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const given: RequestInit = { ...init, redirect: 'manual', headers: { ...init.headers, cookie } };
    const answer = await (url.origin === 'http://localhost'
      ? this.#platform.app.request(url.href, given)
      : fetch(url, given));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** The address at the provider to which a sign-in leads. */
  async begin(returnTo?: string): Promise<string> {
    const query = returnTo === undefined ? '' : `?return_to=${encodeURIComponent(returnTo)}`;
    return locationOf(await this.visit(`/api/v1/operator/oidc${query}`));
  }

  /** Signs in at the provider; the address to which that sends the browser back. */
  async authenticate(address: string, subject: string): Promise<string> {
    let next = address;
    for (let step = 0; step < 10; step++) {
      const answer = await this.visit(next);
      if (answer.status === 200) {
        const posted = await this.visit(next, {
          method: 'POST',
          body: new URLSearchParams({ account: subject }),
        });
        next = new URL(locationOf(posted), next).href;
      } else next = new URL(locationOf(answer), next).href;
      if (next.startsWith('http://localhost/')) return next;
    }
    throw new Error(`the provider never sent anybody back, but to ${next}`);
  }

  /** All of it: where in the console the browser ends. */
  async signIn(subject: string, returnTo?: string): Promise<string> {
    const address = await this.begin(returnTo);
    if (address.startsWith('/')) return address;
    return this.comeBack(await this.authenticate(address, subject));
  }

  async comeBack(address: string): Promise<string> {
    return locationOf(await this.visit(address));
  }

  /** As the console asks who is signed in. */
  async whoami(): Promise<{ name: string; role: string } | null> {
    const { user } = await (await this.visit('/api/v1/operator/session')).json();
    return user;
  }

  /** Another one with the same cookies. */
  copy(): OrganisationBrowser {
    const other = new OrganisationBrowser(this.#platform);
    for (const [origin, jar] of this.#cookies) other.#cookies.set(origin, new Map(jar));
    return other;
  }
}

function locationOf(answer: Response): string {
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`expected to be sent elsewhere, received ${answer.status}`);
  return location;
}
