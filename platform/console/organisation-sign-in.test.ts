import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Accounts, client, freePort, TestOpenIdProvider } from '@visavox/api/testing/openid-provider';
import type { Browser, Page } from 'playwright-core';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, howToGetABrowser, launchBrowser, openPage, violations } from './testing/browser.ts';
import { buildConsole } from './testing/build-console.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);
const bin = join(import.meta.dirname, '..', 'cli', 'bin', 'visavox.mjs');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;
const accounts: Accounts = new Map([
  ['sub-ada', { preferred_username: 'ada', groups: ['ml-team'] }],
  ['sub-eve', { preferred_username: 'eve', groups: ['others'] }],
]);

describe.skipIf(!browserThere)('signing in by the organisation', () => {
  let folder: string;
  let port: number;
  let server: StartedPlatform | undefined;
  let provider: TestOpenIdProvider | undefined;
  let browser: Browser;
  let url: string;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-organisation-'));
    port = await freePort();
    await buildConsole();
    browser = await launchBrowser();
    server = startUp({
      bin,
      folder,
      environment: {
        ...inherited,
        VISAVOX_OIDC_ISSUER: `http://127.0.0.1:${port}`,
        VISAVOX_OIDC_CLIENT_ID: client.id,
        VISAVOX_OIDC_CLIENT_SECRET: client.secret,
        VISAVOX_OIDC_NAME: 'Example Corp',
        VISAVOX_OIDC_ROLES: 'ml-admins=operator,ml-team=data-scientist',
      },
    });
    url = await server.url;
    page = await openPage(browser, url);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
    if (server) await stop(server);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const begin = (on: Page) => on.getByRole('link', { name: 'Sign in with Example Corp' }).click();
  const asAccount = async (on: Page, account: string) => {
    await on.getByLabel('Account').fill(account);
    await on.getByRole('button', { name: 'Continue' }).click();
  };

  it('says that the provider is away, which the server started without', async () => {
    await page.goto('/console/runs');
    await begin(page);
    await page.getByText('The organisation’s sign-in does not answer').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('leads to the provider and back', async () => {
    const redirectUris = [new URL('/api/v1/operator/oidc/callback', url).href];
    provider = await TestOpenIdProvider.start({ port, redirectUris, accounts });
    await page.goto('/console/runs');
    await begin(page);
    await asAccount(page, 'sub-ada');
    await page.getByText('Signed in as ada').waitFor();
    expect(page.url()).toBe(new URL('/console/runs', url).href);
    await page.getByText('Data scientist').waitFor();
    // For the command line, where nobody signs in so.
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('What it is for').fill('laptop');
    await page.getByRole('button', { name: 'Make a token' }).click();
    const token = await page.locator('.command code').innerText();
    expect(await violations(page)).toEqual([]);
    const headers = { authorization: `Bearer ${token}` };
    const me = await (await fetch(new URL('/api/v1/me', url), { headers })).json();
    expect(me).toMatchObject({ name: 'ada', role: 'data-scientist', shared: false });
    await page.getByRole('button', { name: 'Sign out' }).click();
    // The provider still knows who it is, and asks for nothing.
    await begin(page);
    await page.getByText('Signed in as ada').waitFor();
  });

  it('says who has no role, and what was given up, in the language of the reader', async () => {
    const other = await openPage(browser, url);
    await other.goto('/console');
    await begin(other);
    await other.getByRole('link', { name: 'Cancel' }).click();
    await other.getByText('The organisation’s sign-in let nobody in').waitFor();
    await begin(other);
    await asAccount(other, 'sub-eve');
    await other.getByText('nothing that it says of you gives a role here').waitFor();
    await other.getByLabel('Language').selectOption('fr');
    await other.getByText('rien de ce qu’elle dit de vous ne donne un rôle ici').waitFor();
    await other.getByRole('link', { name: 'Se connecter avec Example Corp' }).waitFor();
    await other.context().close();
  });
});
