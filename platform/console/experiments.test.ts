import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openNumbersProject, proposed, upWithChampion } from 'visavox/testing/numbers-project';
import type { Terminal } from 'visavox/testing/terminal';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser, howToGetABrowser, launchBrowser, openPage, violations } from './testing/browser.ts';
import { buildConsole } from './testing/build-console.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('experiments in a browser', { timeout: 240_000 }, () => {
  let terminal: Terminal;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let token: string;

  beforeAll(async () => {
    terminal = await openNumbersProject();
    await buildConsole();
    await upWithChampion(terminal);
    browser = await launchBrowser();
    const secret = join(terminal.folder, '.visavox/home/secrets/operator.token');
    token = (await readFile(secret, 'utf8')).trim();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await terminal.close();
  });

  beforeEach(async () => {
    page = await openPage(browser, terminal.url);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 40\d/.test(message.text()))
        complaints.push(message.text());
    });
  });

  afterEach(async (test) => {
    if (test.task.result?.state === 'fail')
      console.error(`The page showed: ${await page.locator('body').innerText()}`);
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  const begin = async (challenger: string, ...words: string[]): Promise<string> =>
    (await terminal.asks('experiments', 'begin', challenger, '--model', 'numbers', ...words)).id;

  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(new URL(`/api/v1/${path}`, terminal.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.ok, await response.clone().text()).toBe(true);
    return response.json();
  }

  const at = new Date().toISOString();
  const people = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const asOperator = async (path: string) => {
    await page.goto(`/console#token=${token}`);
    await heading('Overview');
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  const isAccessible = async () => {
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 390],
    ] as const) {
      await page.setViewportSize({ width, height: 720 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // While colours change, no contrast is what it will be.
      await page.evaluate(async () => {
        const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
        await Promise.allSettled(changes.map(({ finished }) => finished));
      });
      expect(await violations(page), colorScheme).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  };

  it('says which command begins the first one', async () => {
    await asOperator('/console');
    await page.getByRole('navigation').getByRole('link', { name: 'Experiments' }).click();
    await heading('Experiments');
    await page.getByText('visavox experiments begin RELEASE --model NAME --metric ERROR').waitFor();
    await isAccessible();
  });

  it('shows a shadow test: what it says so far and how that went, until it decides', async () => {
    const id = await begin(
      await proposed(terminal, 'double'),
      '--metric',
      'refusals',
      '--guardrail',
      'timeouts',
    );
    /** Three attempts each; whether one of the arms errs on the first. */
    const tell = (from: number, to: number, errs: (person: number) => readonly [0 | 1, 0 | 1]) =>
      post(`experiments/${id}/outcomes`, {
        outcomes: people(from, to).flatMap((person) =>
          [0, 1, 2].map((attempt) => {
            const [champion, challenger] = attempt === 0 ? errs(person) : [0, 0];
            return {
              ...{ request: `${person} ${attempt}`, key: `person ${person}`, at },
              champion: { refusals: champion, timeouts: 0 },
              challenger: { refusals: challenger, timeouts: 0 },
            };
          }),
        ),
      });
    await tell(0, 40, (person) => [person % 8 === 0 || person % 8 === 3 ? 1 : 0, person % 8 === 5 ? 1 : 0]);

    await asOperator('/console/experiments');
    await page
      .getByRole('row', { name: /numbers production Shadow Running Version 2 against 1 40 None/ })
      .waitFor();
    await isAccessible();
    await page.getByRole('link', { name: id.slice(0, 8) }).click();
    await heading(`Experiment ${id.slice(0, 8)}`);
    await page.getByText('Not decided yet.').waitFor();
    const arms = region('What is tested');
    await arms.getByRole('row', { name: /^Champion numbers:1 \w+ 40 120$/ }).waitFor();
    await arms.getByRole('row', { name: /^Challenger numbers:2 \w+ 40 120$/ }).waitFor();
    const evidence = region('Evidence');
    await evidence
      .getByRole('row', { name: /^refusals primary e [\d.]+ p [\d.]+ · decides at 20 .* decides at 40 / })
      .waitFor();
    await evidence.getByRole('row', { name: /^timeouts guardrail .* decides nothing/ }).waitFor();
    await region('Plan').getByText('10,000 people or 28 days').waitFor();

    const went = region('How the evidence went');
    const plot = went.getByRole('slider', { name: 'Evidence about refusals by told' });
    await plot.focus();
    await page.keyboard.press('Home');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(
      /^told 1: Fewer [\d.]+, More [\d.]+, .* decides \(Fewer, Not worse by 0\.02, Worse by 0\.02\) 20, decides \(More\) 40$/,
    );
    expect(await went.locator('.plot path').count(), 'a line for each side').toBe(4);
    expect(await went.locator('.plot .bound').count()).toBe(2);
    await went.getByText('As a table').click();
    expect(await went.getByRole('row').count(), 'as many outcomes, below the head').toBe(121);
    await isAccessible();
    await went.getByLabel('Error').selectOption('timeouts');
    await went.getByRole('slider', { name: 'Evidence about timeouts by told' }).waitFor();
    expect(new URL(page.url()).searchParams.get('metric')).toBe('timeouts');

    await tell(40, 70, () => [1, 0]);
    const decision = region('Decision');
    await decision.getByText('The challenger errs less: promoted').waitFor();
    await decision.getByText('fewer refusals with the challenger').waitFor();
    await page.getByText('Ended', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Stop the experiment…' }).count()).toBe(0);
    await isAccessible();
  });

  it('shows how an A/B test shares people out, and lets operators alone stop it, who say why', async () => {
    const id = await begin(await proposed(terminal, 'echo'), '--kind', 'ab', '--metric', 'refusals');
    for (const person of people(0, 60)) await post(`experiments/${id}/exposures`, { key: `${person}` });

    const password = 'a password for experiments';
    await post('users', { name: 'vera', role: 'viewer', password });
    await page.goto(`/console/experiments/${id}`);
    await page.getByLabel('User name').fill('vera');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Operators may stop it.').waitFor();
    expect(await page.getByRole('button', { name: 'Stop the experiment…' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();

    await asOperator(`/console/experiments/${id}`);
    await page.getByText('No outcome was told yet.').waitFor();
    const sharing = region('How people are shared out');
    await sharing.getByText(/The challenger has \d+ of 60 people/).waitFor();
    await sharing.getByText('decides at 1,000').waitFor();
    const share = sharing.getByRole('slider', { name: /share of the people so far by people/ });
    await share.focus();
    await page.keyboard.press('End');
    expect(await share.getAttribute('aria-valuetext')).toMatch(/^people 60: actual [\d.]+, planned 1$/);
    await isAccessible();

    await page.getByRole('button', { name: 'Stop the experiment…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop this experiment?' });
    const keep = dialog.getByRole('button', { name: 'Let it go on' });
    expect(await keep.evaluate((element) => element === document.activeElement)).toBe(true);
    await isAccessible();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop the experiment…' }).click();
    await dialog.getByRole('button', { name: 'Stop it' }).click();
    await dialog.getByText('Say why it is stopped.').waitFor();
    await dialog.getByLabel('Reason').fill('found a better one');
    await page.keyboard.press('Enter');
    await page.getByText('The experiment was stopped.').waitFor();
    await region('Decision').getByText('found a better one').waitFor();
    expect(await terminal.asks('experiments', 'show', id)).toMatchObject({
      decision: { outcome: 'stopped', reason: 'found a better one' },
    });

    await page.getByLabel('Language').selectOption('fr');
    await page.getByRole('navigation').getByRole('link', { name: 'Expériences' }).click();
    await heading('Expériences');
    await page.getByRole('row', { name: /A\/B Terminée Version 1 face à 2 60 Arrêtée/ }).waitFor();
  });
});
