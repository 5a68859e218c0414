import { findBrowser, howToGetABrowser, openPage } from '@visavox/console/testing/browser';
import { type Listener, listen } from '@visavox/host/listener';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import { enrolThroughPage, openBrowser, signInThroughPage } from '@visavox/web/testing/browser';
import { buildPage } from '@visavox/web/testing/built-page';
import { withPasskeys } from '@visavox/web/testing/passkeys';
import { performBefore } from '@visavox/web/testing/performer';
import { syntheticPerformer } from '@visavox/web/testing/synthetic-performer';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relyingPartyLater, startTestServer, type TestServer } from './testing/test-server.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('people in front of a camera and a microphone', () => {
  const owner = syntheticPerson(4600, 0);
  const impostor = syntheticPerson(4600, 1);
  let page: Awaited<ReturnType<typeof buildPage>>;
  let server: TestServer;
  let listener: Listener;
  let url: string;
  const browsers: Browser[] = [];

  /** A browser with this person before its camera and microphone, who does what the page asks for. */
  const browserOf = async (person: SyntheticPerson) => {
    const browser = await openBrowser();
    browsers.push(browser);
    const opened = await openPage(browser, url);
    await performBefore(opened, await syntheticPerformer(person));
    return opened;
  };

  /** Why the last attempt came out as it did. */
  const told = async () => (await server.services.attempts.list({ limit: 1 }))[0]?.reasons.join(', ') ?? '';

  beforeAll(async () => {
    page = await buildPage();
    server = await startTestServer({
      webFolder: page.folder,
      liveness: 'required',
      relyingParty: relyingPartyLater(() => url),
    });
    listener = await listen({ host: '127.0.0.1', port: 0 }, server.app.fetch);
    url = listener.url.replace('127.0.0.1', 'localhost');
  });

  afterAll(async () => {
    for (const browser of browsers) await browser.close();
    await listener?.close();
    await server?.close();
    await page?.remove();
  });

  it('enrol and sign in through the page, and an impostor is refused', { timeout: 300_000 }, async () => {
    const mine = await browserOf(owner);
    await withPasskeys(mine);
    await enrolThroughPage(mine, owner.name);
    await mine.getByRole('button', { name: 'Add a passkey on this device' }).click();
    await mine.getByText('The passkey is added.').waitFor();
    // Whoever is refused tries once more, as the page suggests.
    const first = await signInThroughPage(mine, owner.name);
    const outcome = first === 'accept' ? first : await signInThroughPage(mine, owner.name);
    expect(outcome, await told()).toBe('accept');
    await mine.getByRole('button', { name: 'Yes, it was me' }).click();
    await mine.getByText('We learn from this attempt once it is confirmed').waitFor();

    const theirs = await browserOf(impostor);
    expect(await signInThroughPage(theirs, owner.name)).toBe('reject');
    expect(await mine.evaluate(async () => (await fetch('/api/v1/session')).json())).toMatchObject({
      person: { name: owner.name },
    });
    expect(await theirs.evaluate(async () => (await fetch('/api/v1/session')).json())).toMatchObject({
      person: null,
      operator: false,
    });
  });
});
