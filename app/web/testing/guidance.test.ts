import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser, howToGetABrowser, violations } from '@visavox/console/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedPage, openPages, WITH_DEVICES } from './page-harness.ts';
import { hum } from './spoken.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('guidance that is spoken', WITH_DEVICES, () => {
  let pages: Awaited<ReturnType<typeof openPages>>;
  let opened: OpenedPage;
  let page: Page;

  let recordings: string;

  beforeAll(async () => {
    recordings = await mkdtemp(join(tmpdir(), 'visavox-hum-'));
    const audio = join(recordings, 'hum.wav');
    await writeFile(audio, hum(10));
    pages = await openPages({ audio });
  });
  afterAll(async () => {
    await pages?.close();
    await rm(recordings, { recursive: true, force: true });
  });
  beforeEach(async () => {
    opened = await pages.open();
    page = opened.page;
    // The server looks, and its answers turn the head: nobody is in the browser's own test picture.
    await page.route('**/*.wasm', (route) => route.abort());
    opened.expectComplaint(/wasm|ERR_FAILED|ArrayBuffer instantiation/);
    await page.addInitScript(listenToSpeech);
  });
  afterEach((test) => opened.close(test));

  const spoken = () => page.evaluate(() => (window as unknown as Heard).spoken);
  const start = async () => {
    await page.locator('input[name=name]').fill('Ada Alder');
    await page.locator('button[type=submit]').click();
  };

  it('is silent unless it is asked for', async () => {
    await page.goto('/');
    await start();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await spoken()).toEqual([]);
  });

  it('says what to do when asked for, remembers that, and never speaks while it records', async () => {
    await page.goto('/');
    await page.getByText('Camera, microphone and guidance').click();
    await page.getByLabel('Say aloud what to do').check();
    await page.reload();
    await start();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    const said = await spoken();
    expect(said.map(({ text }) => text)).toContain('Turn your head to your left until the arc is full.');
    expect(said.map(({ text }) => text.trim())).toContain('Say aloud: 4, 7, 1, 9');
    expect(said.filter(({ whileRecording }) => whileRecording)).toEqual([]);
    const felt = await page.evaluate(() => (window as unknown as Heard).felt);
    expect(felt.length).toBeGreaterThan(1);
    expect(felt.filter(({ whileRecording }) => whileRecording)).toEqual([]);
  });

  it('waits with each recording for those who begin it themselves, and says nothing meanwhile', async () => {
    await page.goto('/');
    await page.getByText('Camera, microphone and guidance').click();
    await page.getByLabel('I start each recording myself').check();
    await start();
    await page.getByText('Say aloud: 4 7 1 9').waitFor();
    const record = page.getByRole('button', { name: 'Record now' });
    await record.waitFor();
    expect(await record.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.waitForTimeout(1500);
    expect(await page.getByText('Listening…').isVisible()).toBe(false);
    await page.keyboard.press('Enter');
    await page.getByText('Listening…').waitFor();
    expect(await page.locator('.stage .hint').getAttribute('role')).toBeNull();
    expect(await record.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });
});

interface Heard {
  felt: { whileRecording: boolean }[];
  spoken: { text: string; whileRecording: boolean }[];
}

/** Runs in the page: a voice that says everything in half a second, and what vibrates; noted is what is recorded of it. */
function listenToSpeech(): void {
  const spoken: Heard['spoken'] = [];
  const felt: Heard['felt'] = [];
  Object.assign(window, { spoken, felt });
  navigator.vibrate = () => {
    const one = { whileRecording: isRecording() };
    felt.push(one);
    // What comes at the end of a recording comes before the page has shown that it ended.
    setTimeout(() => {
      one.whileRecording &&= isRecording();
    }, 150);
    return true;
  };
  const isRecording = () =>
    /Go ahead|Listening/.test(document.querySelector('.stage .hint')?.textContent ?? '');
  let current: ReturnType<typeof setTimeout> | undefined;
  const voice = {
    cancel: () => clearTimeout(current),
    speak(utterance: SpeechSynthesisUtterance) {
      const one = { text: utterance.text, whileRecording: isRecording() };
      spoken.push(one);
      current = setTimeout(() => {
        one.whileRecording ||= isRecording();
        utterance.onend?.(new Event('end') as SpeechSynthesisEvent);
      }, 500);
    },
  };
  Object.defineProperty(window, 'speechSynthesis', { value: voice });
}
