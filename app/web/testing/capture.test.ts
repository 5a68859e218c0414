import { findBrowser, howToGetABrowser, violations } from '@visavox/console/testing/browser';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signInThroughPage } from './browser.ts';
import {
  networksReady,
  noteNetworks,
  type OpenedPage,
  openPages,
  outsideTheWindow,
  WITH_DEVICES,
} from './page-harness.ts';
import { type Performer, type PerformerWindow, performBefore } from './performer.ts';
import { syntheticPerformer } from './synthetic-performer.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('somebody in front of the camera', WITH_DEVICES, () => {
  let pages: Awaited<ReturnType<typeof openPages>>;
  let performer: Performer;
  let opened: OpenedPage;
  let page: Page;
  let api: OpenedPage['api'];

  beforeAll(async () => {
    performer = await syntheticPerformer(syntheticPerson(4600, 0), { turns: 4 });
    pages = await openPages();
  });

  afterAll(() => pages?.close());

  beforeEach(async () => {
    opened = await pages.open();
    ({ page, api } = opened);
    await performBefore(page, performer);
    await noteNetworks(page);
  });

  afterEach((test) => opened.close(test));

  const sent = (path: string) => api.received.filter((request) => request.path.endsWith(path));
  const timesOf = (fields: Record<string, string> | undefined) =>
    fields?.frameTimes?.split(',').map(Number) ?? [];
  const set = (wish: PerformerWindow) =>
    page.evaluate((given) => void Object.assign(window, given), { ...wish });
  const fillIn = async (path: string, name: string) => {
    await page.goto(path);
    await page.getByLabel('Your name').fill(name);
    if (path.startsWith('/enrol')) await page.getByLabel('I agree').check();
  };
  const go = () => page.locator('button[type=submit]').click();

  describe('signs in', () => {
    it('by a turn that is seen and digits that are shown large and read out; the server looks once', async () => {
      const shown = page.getByText('4719', { exact: true }).waitFor();
      const readOut = page.getByText('Say aloud: 4 7 1 9').waitFor();
      const asked = page.getByText('Turn your head to your left').first().waitFor();
      expect(await signInThroughPage(page, 'Ada Alder')).toBe('accept');
      await Promise.all([shown, readOut, asked]);
      expect(api.asked.face).toBe(1);
      const [attempt] = sent('/attempts');
      expect(attempt).toMatchObject({
        fields: { name: 'Ada Alder', challenge: 'challenge-1' },
        files: { voice: 1 },
      });
      expect(attempt?.files.face).toBeGreaterThanOrEqual(1);
      const times = timesOf(attempt?.fields);
      expect(times).toHaveLength(attempt?.files.frame ?? 0);
      expect(times.length).toBeGreaterThanOrEqual(20);
      expect(times.length).toBeLessThanOrEqual(80);
      expect(times.filter((time) => time < 0).length).toBeGreaterThan(3);
      expect(times.filter((time) => time >= 0).length).toBeGreaterThan(10);
    });

    it('without a turn where that is asked for, and still sends frames', async () => {
      await fillIn('/', 'Ada Alder');
      await page.getByLabel('I cannot turn my head').check();
      await go();
      await page.getByText('471926', { exact: true }).waitFor();
      await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      expect(sent('/attempts')[0]?.files.frame).toBeGreaterThanOrEqual(20);
    });

    it('without saying the digits again where the service had too much to do', async () => {
      expect(await signInThroughPage(page, 'Early Bird')).toBe('accept');
      const [one, again] = sent('/attempts');
      expect(again).toEqual(one);
    });

    it('offers a code after a refusal at once', async () => {
      expect(await signInThroughPage(page, 'Impostor')).toBe('reject');
      await page.getByLabel('Code', { exact: true }).fill('7QK2-M0PX');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('Signed in as Impostor').waitFor();
    });

    it('and is refused with what the own camera measured and nothing else; once more, then another way', async () => {
      expect(await signInThroughPage(page, 'Dark')).toBe('reject');
      await page.getByText('It is too dark. Turn towards a light.').waitFor();
      await page.getByText('You never have to use your face').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Once more' }).click();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      const words = await page.locator('main').innerText();
      expect(words.indexOf('Another way in')).toBeLessThan(words.indexOf('Try again'));
    });
  });

  describe('enrols', () => {
    it('with both sides, the turns between them, and recordings of which one is made anew', async () => {
      await fillIn('/enrol', 'Mumbler');
      await go();
      await page.getByRole('button', { name: 'Finish enrolment' }).click();
      await page.getByText('We did not hear the digits').waitFor();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Recording 2 of 3').waitFor();
      await page.getByRole('heading', { name: 'All there' }).waitFor();
      await page.getByRole('button', { name: 'Redo Picture 2' }).click();
      await page.getByText('Picture 2 of 4').waitFor();
      await page.getByRole('button', { name: 'Finish enrolment' }).click();
      await page.getByRole('heading', { name: 'Welcome, Mumbler' }).waitFor();
      const enrolment = sent('/people').at(-1);
      expect(enrolment).toEqual({
        path: '/api/v1/people',
        fields: {
          name: 'Mumbler',
          consent: 'true',
          challenge: 'challenge-2',
          frameTimes: expect.stringMatching(/^0,\d+,/),
        },
        files: { face: 4, voice: 3, frame: expect.any(Number) },
      });
      const times = timesOf(enrolment?.fields);
      expect(times).toHaveLength(enrolment?.files.frame ?? 0);
      expect(times.length).toBeGreaterThanOrEqual(20);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(api.asked.face).toBe(5);
      await page.getByRole('heading', { name: 'Add a passkey' }).waitFor();
      await page.getByRole('button', { name: 'Make recovery codes' }).click();
      await page.getByText('7QK2-M0PX-V8WR-0000').waitFor();
      await page.getByRole('link', { name: 'Try signing in' }).click();
      expect(await page.getByLabel('Your name').inputValue()).toBe('Mumbler');
    });

    it('without a turn, with the invitation of the link', async () => {
      await page.goto('/enrol?invitation=welcome');
      await page.waitForFunction(() => document.querySelector('input')?.value === 'Grace');
      await page.getByLabel('I agree').check();
      await page.getByLabel('I cannot turn my head').check();
      await go();
      await page.getByRole('button', { name: 'Finish enrolment' }).click();
      await page.getByRole('heading', { name: 'Welcome, Grace' }).waitFor();
      expect(sent('/challenges')[0]?.fields).toMatchObject({ purpose: 'enrolment', invitation: 'welcome' });
      const [enrolment] = sent('/people');
      expect(enrolment).toMatchObject({ fields: { invitation: 'welcome' }, files: { face: 3, voice: 3 } });
      // The face is followed all the same.
      expect(enrolment?.files.frame).toBeGreaterThanOrEqual(8);
    });

    it('not with an invitation that is not good any more, and is told so before the camera starts', async () => {
      await fillIn('/enrol?invitation=used', 'Grace');
      await page.getByText('This invitation cannot be used any more').waitFor();
      await go();
      await page.getByRole('heading', { name: 'Enrol', exact: true }).waitFor();
      expect(
        await page.evaluate(() => (window as unknown as PerformerWindow).performerAsked),
      ).toBeUndefined();
    });
  });

  it('is led into the oval by arrows, and no face half outside is taken', async () => {
    await fillIn('/', 'Ada Alder');
    await set({ performerAway: { x: 0.27, y: 0 } });
    await networksReady(page);
    await go();
    for (const [x, y, hint, direction] of [
      [0.27, 0, 'Move a little to the right.', 'right'],
      [-0.27, 0, 'Move a little to the left.', 'left'],
      [0, 0.2, 'Move up a little.', 'up'],
      [0, -0.35, 'Move down a little.', 'down'],
    ] as const) {
      await set({ performerAway: { x, y } });
      await page.getByText(hint).waitFor();
      await page.locator(`.arrows[data-direction="${direction}"]`).waitFor();
    }
    expect(api.asked.face).toBe(0);
    expect(await violations(page)).toEqual([]);
    await set({ performerAway: { x: 0, y: 0 } });
    await page.getByRole('heading', { name: 'Turn your head' }).waitFor();
  });

  it.each(['en-GB', 'fr-FR'])('sees all that matters on every screen (%s)', async (language) => {
    await page.addInitScript((tag) => {
      Object.defineProperty(navigator, 'languages', { get: () => [tag] });
    }, language);
    const sizes = [
      { width: 844, height: 390 },
      { width: 667, height: 375 },
      { width: 390, height: 844 },
      { width: 320, height: 568 },
      { width: 1280, height: 800 },
    ];
    const missing = async (what: string, selectors: readonly string[]) => {
      const found: string[] = [];
      for (const size of sizes) {
        await page.setViewportSize(size);
        for (const selector of await outsideTheWindow(page, selectors))
          found.push(`${what} ${size.width}x${size.height}: ${selector}`);
      }
      return found;
    };
    const always = ['.stage', '.stage .hint', '.meter', 'h1', '.actions .plain'];
    await page.goto('/');
    await page.locator('input[name=name]').fill('Impostor');
    expect(await missing('form', ['h1', 'input[name=name]', 'button[type=submit]'])).toEqual([]);
    await set({ performerWaits: true });
    await go();
    await page.locator('.stage .digits', { hasText: '←' }).waitFor();
    expect(await missing('turn', [...always, '.stage .digits'])).toEqual([]);
    await set({ performerWaits: false });
    await page.locator('.stage .digits', { hasText: '4719' }).waitFor();
    expect(await missing('digits', [...always, '.stage .digits'])).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });
});
