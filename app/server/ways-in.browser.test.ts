import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { findBrowser, howToGetABrowser, openPage } from '@visavox/console/testing/browser';
import { type Listener, listen } from '@visavox/host/listener';
import { openBrowser } from '@visavox/web/testing/browser';
import { buildPage } from '@visavox/web/testing/built-page';
import { withPasskeys } from '@visavox/web/testing/passkeys';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorToken, relyingPartyLater, startTestServer, type TestServer } from './testing/test-server.ts';
import { answerForm, enrol, type Visitor, visitor } from './testing/visitors.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(
    await readFile(
      createRequire(import.meta.resolve('@visavox/console/testing/browser')).resolve('axe-core/axe.min.js'),
      'utf8',
    ),
  );
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run({ resultTypes: ['violations'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** Phones upright and lying on their side: nothing is cut off at the side. */
async function expectToFit(page: Page): Promise<void> {
  for (const [width, height] of [
    [844, 390],
    [320, 568],
  ] as const) {
    await page.setViewportSize({ width, height });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${page.url()} at ${width} x ${height}`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}

describe.skipIf(!browserThere).each(['face-and-voice', 'passkey-then-face-and-voice'] as const)(
  'in a browser, where %s is asked for',
  (signInPolicy) => {
    let built: Awaited<ReturnType<typeof buildPage>>;
    let server: TestServer;
    let listener: Listener;
    let browser: Browser;
    let url: string;
    const faults: string[] = [];

    const open = async () => {
      const page = await openPage(browser, url);
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
          faults.push(message.text());
      });
      return page;
    };
    const told = (page: Page) => page.evaluate(async () => (await fetch('/api/v1/session')).json());
    const signOut = async (page: Page) => {
      await page.goto('/account');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${url}/`);
    };
    const enterCode = async (page: Page, name: string, code: string) => {
      await page.goto('/');
      await page.getByText('Use a code').click();
      await page.getByLabel('Name you sign in with').fill(name);
      await page.getByLabel('Code', { exact: true }).fill(code);
      await page.keyboard.press('Enter');
    };
    const issuedFor = async (name: string) => {
      const person = (await server.services.people.list()).find((one) => one.name === name);
      const response = await server.app.request(`/api/v1/people/${person?.id}/code`, {
        method: 'POST',
        headers: { authorization: `Bearer ${operatorToken}` },
      });
      return (await response.json()).code as string;
    };

    beforeAll(async () => {
      built = await buildPage();
      server = await startTestServer({
        webFolder: built.folder,
        signInPolicy,
        relyingParty: relyingPartyLater(() => url),
      });
      listener = await listen({ host: '127.0.0.1', port: 0 }, server.app.fetch);
      url = listener.url.replace('127.0.0.1', 'localhost');
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await listener?.close();
      await server?.close();
      await built?.remove();
      expect(faults).toEqual([]);
    });

    it('people join with a passkey alone, and sign in with it, a recovery code, and one of an operator', async () => {
      const page = await open();
      const device = await withPasskeys(page);
      await page.goto('/enrol');
      await page.getByRole('link', { name: 'Join with a passkey' }).click();
      await page.getByLabel('Your name').fill('Ada Lovelace');
      await page.getByLabel('I agree that these are kept').check();
      await expectToFit(page);
      await page.getByRole('button', { name: 'Make a passkey and join' }).click();
      await page.getByRole('heading', { name: 'Welcome, Ada Lovelace' }).waitFor();
      expect(await device.passkeys()).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);
      await page.getByRole('button', { name: 'Make recovery codes' }).click();
      const codes = await page.locator('.codes code').allInnerTexts();
      expect(codes).toHaveLength(10);
      expect(await violations(page)).toEqual([]);
      await expectToFit(page);

      await page.getByRole('link', { name: 'Sign in with the passkey' }).click();
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByText('Signed in as Ada Lovelace').waitFor();
      expect(await told(page)).toMatchObject({ person: { name: 'Ada Lovelace' }, amr: ['hwk'], next: null });
      await page.getByText('10 of ten are left').waitFor();
      expect(await violations(page)).toEqual([]);
      await expectToFit(page);
      await signOut(page);

      await enterCode(page, 'Ada Lovelace', codes[0] ?? '');
      await page.getByText('9 of ten are left').waitFor();
      expect(await told(page)).toMatchObject({ amr: ['otp'] });
      await signOut(page);
      await enterCode(page, 'Ada Lovelace', codes[0] ?? '');
      await page.getByText('This name and this code do not open anything').waitFor();

      await enterCode(page, 'Ada Lovelace', await issuedFor('Ada Lovelace'));
      await page.getByText('Signed in as Ada Lovelace').waitFor();
      await page.context().close();
    });

    it('a device that does not recognise its owner opens nothing', async () => {
      const page = await open();
      const device = await withPasskeys(page);
      await page.goto('/join?name=Grace');
      await page.getByLabel('I agree that these are kept').check();
      await page.getByRole('button', { name: 'Make a passkey and join' }).click();
      await page.getByRole('link', { name: 'Sign in with the passkey' }).click();
      await device.recognisesOwner(false);
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByText('No passkey was shown').waitFor();
      expect(await told(page)).toMatchObject({ person: null });
      await page.context().close();
    });

    it('passkeys are added, named and taken away on the account page', async () => {
      const page = await open();
      await withPasskeys(page);
      await page.goto('/join?name=Hedy');
      await page.getByLabel('I agree that these are kept').check();
      await page.getByRole('button', { name: 'Make a passkey and join' }).click();
      await page.getByRole('link', { name: 'Sign in with the passkey' }).click();
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      await page.getByText('This device has a passkey of yours already').waitFor();
      await page.getByRole('button', { name: /^Rename / }).click();
      await page.getByLabel('What you call it').fill('The blue one');
      await page.getByRole('button', { name: 'Save the name' }).click();
      await page.getByRole('button', { name: 'Remove The blue one' }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
      await page.getByText('It is your last way in').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('The blue one').first().waitFor();

      server.advance(11 * 60);
      await page.getByRole('button', { name: 'Make recovery codes' }).click();
      await page.getByText('Show once more that it is you').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByText('Your recovery codes').waitFor();
      await page.context().close();
    });

    describe('with face and voice', () => {
      let owner: Visitor;
      /** Face and voice as a program sends them, in the page's own session: the camera is for another test. */
      const showFaceAndVoice = async (page: Page) => {
        const challenge = await page.evaluate(async (name) => {
          const response = await fetch('/api/v1/challenges', {
            ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
            body: JSON.stringify({ name }),
          });
          return response.json();
        }, owner.name);
        const film = await owner.film(challenge.digits, challenge.turn);
        const body = answerForm({ name: owner.name, challenge: challenge.id }, owner, film);
        const parts = await Promise.all(
          [...body].map(async ([name, value]) => ({
            name,
            type: typeof value === 'string' ? null : value.type,
            data:
              typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('base64'),
          })),
        );
        return page.evaluate(async (sent) => {
          const data = new FormData();
          for (const part of sent)
            if (part.type === null) data.set(part.name, part.data);
            else {
              const bytes = Uint8Array.from(atob(part.data), (character) => character.charCodeAt(0));
              data.append(part.name, new Blob([bytes], { type: part.type }), part.name);
            }
          const response = await fetch('/api/v1/attempts', { method: 'POST', body: data });
          return (await response.json()).decision;
        }, parts);
      };
      beforeAll(async () => {
        owner = await visitor(0);
        expect((await enrol(server, owner)).status).toBe(201);
      });

      it('one step leads to the other', async () => {
        const page = await open();
        await withPasskeys(page);
        await page.goto('/');
        expect(await showFaceAndVoice(page)).toBe('accept');
        await page.goto('/account');
        await page.getByRole('button', { name: 'Add a passkey' }).click();
        await page.getByRole('button', { name: /^Remove / }).waitFor();
        expect(await told(page)).toMatchObject({ amr: ['face', 'vbm', 'hwk'], next: null });
        await signOut(page);

        const passkeyFirst = signInPolicy === 'passkey-then-face-and-voice';
        expect(await showFaceAndVoice(page)).toBe(passkeyFirst ? 'reject' : 'accept');
        if (!passkeyFirst) await signOut(page);
        await page.goto('/');
        await page.getByRole('button', { name: 'Use a passkey' }).click();
        if (passkeyFirst) {
          await page.getByRole('button', { name: 'Continue with camera and microphone' }).waitFor();
          expect(await page.getByLabel('Your name').inputValue()).toBe(owner.name);
          expect(await told(page)).toMatchObject({ person: null, next: 'face_and_voice' });
          await page.goto('/account');
          await page.getByRole('heading', { name: 'One more step' }).waitFor();
          expect(await violations(page)).toEqual([]);
        } else {
          await page.getByText(`Signed in as ${owner.name}`).waitFor();
        }
        expect(await showFaceAndVoice(page)).toBe('accept');
        expect(await told(page)).toMatchObject({
          person: { name: owner.name },
          amr: ['hwk', 'face', 'vbm'],
          next: null,
        });
        await page.context().close();
      });

      it('they are withdrawn, and everything else stays', async () => {
        const page = await open();
        await enterCode(page, owner.name, await issuedFor(owner.name));
        if (signInPolicy === 'passkey-then-face-and-voice') {
          await page.getByRole('button', { name: 'Continue with camera and microphone' }).waitFor();
          expect(await showFaceAndVoice(page)).toBe('accept');
          await page.goto('/account');
        }
        await page.getByRole('button', { name: 'Withdraw face and voice' }).click();
        await page.getByRole('button', { name: 'Delete pictures and recordings' }).click();
        await page.getByText('Nothing of your face and your voice is kept').waitFor();
        await page.getByRole('link', { name: 'Add face and voice' }).click();
        expect(await page.getByLabel('Your name').inputValue()).toBe(owner.name);
        await page.context().close();
      });
    });
  },
);
