import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { microphoneLoop, mjpeg, syntheticPerson } from '@visavox/recognition/synthetic/person';
import {
  enrolThroughPage,
  findBrowser,
  howToGetABrowser,
  openBrowser,
  openPage,
  signInThroughPage,
} from '@visavox/web/testing/browser';
import { buildPage } from '@visavox/web/testing/built-page';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listener.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('people in front of a camera and a microphone', () => {
  const owner = syntheticPerson(4600, 0);
  const impostor = syntheticPerson(4600, 1);
  let folder: string;
  let page: Awaited<ReturnType<typeof buildPage>>;
  let server: TestServer;
  let listener: Listener;
  let url: string;
  const browsers: Browser[] = [];

  /** A browser whose camera and microphone have this person in front of them. */
  const browserOf = async (person: typeof owner) => {
    const video = join(folder, `${person.index}.mjpeg`);
    const audio = join(folder, `${person.index}.wav`);
    await writeFile(video, await mjpeg(person, 2));
    await writeFile(audio, microphoneLoop(person, '27049', 12));
    const browser = await openBrowser({ video, audio });
    browsers.push(browser);
    return openPage(browser, url);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-browser-'));
    page = await buildPage();
    server = await startTestServer({ webFolder: page.folder });
    listener = await listen({ host: '127.0.0.1', port: 0 }, server.app.fetch);
    url = listener.url.replace('127.0.0.1', 'localhost');
  });

  afterAll(async () => {
    for (const browser of browsers) await browser.close();
    await listener?.close();
    await server?.close();
    await page?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('enrol and sign in through the page, and an impostor is refused', { timeout: 300_000 }, async () => {
    const mine = await browserOf(owner);
    await enrolThroughPage(mine, owner.name);
    expect(await signInThroughPage(mine, owner.name)).toBe('accept');
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
