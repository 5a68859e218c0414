import { portrait, sayDigits, TURNED } from '@visavox/recognition/synthetic/film';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import {
  enrolThroughPage,
  findBrowser,
  howToGetABrowser,
  openBrowser,
  openPage,
  signInThroughPage,
} from '@visavox/web/testing/browser';
import { buildPage } from '@visavox/web/testing/built-page';
import { withPasskeys } from '@visavox/web/testing/passkeys';
import { type Performer, performBefore } from '@visavox/web/testing/performer';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listener.ts';
import { relyingPartyLater, startTestServer, type TestServer } from './testing/test-server.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

async function performer(person: ReturnType<typeof syntheticPerson>): Promise<Performer> {
  const size = { width: 540, height: 720 };
  let frame = 0;
  const looks = (count: number, look: (share: number) => { mouthOpen: number; yaw: number }) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        portrait(person, look(index / (count - 1)), { variation: 1, frame: frame++, size }),
      ),
    );
  let take = 0;
  return {
    mouths: await looks(8, (share) => ({ mouthOpen: share, yaw: 0 })),
    turns: {
      left: await looks(5, (share) => ({ mouthOpen: 0, yaw: share * TURNED })),
      right: await looks(5, (share) => ({ mouthOpen: 0, yaw: -share * TURNED })),
    },
    say: (digits) => sayDigits(person, digits, { variation: take++ }),
  };
}

describe.skipIf(!browserThere)('people in front of a camera and a microphone', () => {
  const owner = syntheticPerson(4600, 0);
  const impostor = syntheticPerson(4600, 1);
  let page: Awaited<ReturnType<typeof buildPage>>;
  let server: TestServer;
  let listener: Listener;
  let url: string;
  const browsers: Browser[] = [];

  /** A browser with this person before its camera and microphone, who does what the page asks for. */
  const browserOf = async (person: typeof owner) => {
    const browser = await openBrowser();
    browsers.push(browser);
    const opened = await openPage(browser, url);
    await performBefore(opened, await performer(person));
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
    const outcome = await signInThroughPage(mine, owner.name);
    expect(outcome, await told()).toBe('accept');
    await mine.getByRole('button', { name: 'Yes, it was me' }).click();
    await mine.getByText('was added to your recordings').waitFor();

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
