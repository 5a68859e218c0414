import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import { Sitting } from '@visavox/recognition/synthetic/sitting';
import {
  enrolThroughPage,
  findBrowser,
  howToGetABrowser,
  openBrowser,
  openPage,
  signInThroughPage,
} from '@visavox/web/testing/browser';
import { buildPage } from '@visavox/web/testing/built-page';
import { type Performer, performBefore } from '@visavox/web/testing/performer';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listener.ts';
import { pictures } from './testing/pictures.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

const size = { width: 360, height: 480 };
const FARTHEST = (28 * Math.PI) / 180;

/** Looks are rendered beforehand: who is asked for digits answers at once. */
async function performer(person: SyntheticPerson): Promise<Performer> {
  const sitting = new Sitting(person, 1, { size, pictures, every: { before: 60_000, during: 80 } });
  const photographs = (count: number, yaw: (share: number) => number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        sitting.photograph({ take: index, yaw: yaw(index / (count - 1)) }),
      ),
    );
  let take = 0;
  const say = (digits: string) => sitting.answer(digits, { turn: null, take: take++ });
  await say('0123456789');
  return {
    rest: await photographs(5, () => 0),
    turns: {
      left: await photographs(7, (share) => share * FARTHEST),
      right: await photographs(7, (share) => -share * FARTHEST),
    },
    say,
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
  const browserOf = async (person: SyntheticPerson) => {
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
    server = await startTestServer({ webFolder: page.folder, liveness: 'required' });
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
    await enrolThroughPage(mine, owner.name);
    const outcome = await signInThroughPage(mine, owner.name);
    expect(outcome, await told()).toBe('accept');
    await mine.getByRole('button', { name: 'Yes, it was me' }).click();
    await mine.getByText('was added to your recordings').waitFor();

    const theirs = await browserOf(impostor);
    expect(await signInThroughPage(theirs, owner.name)).toBe('reject');
    expect(await mine.evaluate(async () => (await fetch('/api/v1/session')).json())).toMatchObject({
      person: { name: owner.name },
    });
    expect(await theirs.evaluate(async () => (await fetch('/api/v1/session')).json())).toEqual({
      person: null,
      operator: false,
    });
  });
});
