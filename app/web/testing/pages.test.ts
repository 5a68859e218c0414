import { readFile } from 'node:fs/promises';
import { findBrowser, howToGetABrowser, violations } from '@visavox/console/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR_TOKEN } from './fake-api.ts';
import { type OpenedPage, openPages } from './page-harness.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('the pages in a browser', () => {
  let pages: Awaited<ReturnType<typeof openPages>>;
  let opened: OpenedPage;
  let page: Page;
  let api: OpenedPage['api'];

  beforeAll(async () => {
    pages = await openPages();
  });

  afterAll(() => pages?.close());

  beforeEach(async () => {
    opened = await pages.open();
    ({ page, api } = opened);
  });

  afterEach((test) => opened.close(test));

  const asOperator = async (path: string) => {
    await page.goto(`/#token=${OPERATOR_TOKEN}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };

  it('asks for name and consent before the camera', async () => {
    await page.goto('/enrol');
    await page.getByRole('button', { name: 'Start camera' }).click();
    await page.getByText('Please enter your name.').waitFor();
    await page.getByText('We need your agreement').waitFor();
  });

  it('takes the confirmation of somebody who has signed in', async () => {
    api.signIn({ id: 'person-1', name: 'Ada Alder' });
    await page.goto('/account?attempt=attempt-1');
    await page.getByRole('button', { name: 'Yes, it was me' }).click();
    await page.getByText('was added to your recordings').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('deletes everything about a person after asking once more', async () => {
    api.signIn({ id: 'person-1', name: 'Ada Alder' });
    await page.goto('/account');
    await page.getByRole('button', { name: 'Delete everything…' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('heading', { name: 'You are forgotten' }).waitFor();
  });

  it('speaks French when the browser does, and keeps the language that is chosen', async () => {
    await page.goto('/');
    await page.getByLabel('Language').selectOption('fr');
    await page.getByRole('heading', { name: 'Connexion' }).waitFor();
    await page.goto('/enrol');
    await page.getByRole('heading', { name: 'Inscription' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  });

  it('signs in with a code where a passkey or a code is wanted', async () => {
    await page.goto('/?name=Ada%20Alder');
    await page.getByText('Use a code').click();
    const code = page.getByLabel('Code', { exact: true });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Please enter the code.').waitFor();
    await code.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('This name and this code do not open anything').waitFor();
    await code.fill('7QK2-M0PX');
    await page.keyboard.press('Enter');
    await page.getByText('Signed in as Ada Alder').waitFor();
  });

  it('shows recovery codes once, after it was shown again who this is', async () => {
    api.signIn({ id: 'person-1', name: 'Ada Alder' });
    api.grow();
    await page.goto('/account');
    await page.getByRole('button', { name: 'Make recovery codes' }).click();
    await page.getByText('Show once more that it is you').waitFor();
    await page.getByText('Use a code').click();
    await page.getByLabel('Code', { exact: true }).fill('7QK2-M0PX');
    await page.keyboard.press('Enter');
    await page.getByText('7QK2-M0PX-V8WR-0009').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Keep as a file' }).click();
    const file = await readFile(await (await download).path(), 'utf8');
    expect(file).toMatch(/Ada Alder[\s\S]*7QK2-M0PX-V8WR-0000\n/);
    await page.getByRole('button', { name: 'I have them' }).click();
    await page.getByText('10 of ten are left').waitFor();
  });

  it('asks twice before the last way in goes', async () => {
    api.signIn({ id: 'person-1', name: 'Ada Alder' });
    await page.goto('/account');
    for (const name of ['Telephone', 'Key on the ring']) {
      await page.getByRole('button', { name: `Remove ${name}` }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
    }
    await page.getByText('It is your last way in').waitFor();
    await page.getByRole('button', { name: 'Remove it all the same' }).click();
    await page.getByText('You have no passkey yet.').waitFor();
  });

  it('begins with the passkey where the service asks for it first', async () => {
    api.set({ policy: 'passkey-then-face-and-voice' });
    await page.goto('/');
    await page.getByText('First your passkey, then your face').waitFor();
    await page.getByRole('link', { name: 'I have no passkey yet' }).click();
    await page.getByRole('button', { name: 'Continue with camera' }).waitFor();
    api.set({ next: 'face_and_voice', underway: { id: 'person-1', name: 'Ada Alder' } });
    await page.goto('/account');
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Continue with camera' }).waitFor();
    expect(await page.getByLabel('Your name').first().inputValue()).toBe('Ada Alder');
  });

  it('issues a code for a person in the console, and signs operators out apart from people', async () => {
    api.signIn({ id: 'person-1', name: 'Ada Alder' });
    await asOperator('/console/people');
    await page.getByRole('button', { name: 'Issue a code for Cleo Cedar' }).click();
    await page.getByRole('button', { name: 'Issue a code', exact: true }).last().click();
    await page.getByText('7QK2-M0PX').waitFor();
    expect(await violations(page), 'a code in a dialog').toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto('/account');
    await page.getByText('Signed in as Ada Alder').waitFor();
  });

  it('opens the console by the link with the token and hides the token from the address', async () => {
    await asOperator('/console');
    expect(page.url()).toBe(`${opened.url}/console`);
    await page.getByText('recogniser 4').waitFor();
    await page.getByText('31 of 50').waitFor();
    await page.getByRole('button', { name: 'Train now: recogniser for production' }).click();
    await page.getByRole('heading', { name: 'Run recogniser-0005' }).waitFor();
  });

  it('asks for the token where there is none, and says when it is wrong', async () => {
    await page.goto('/console/runs');
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByText('This token is not the right one').waitFor();
    await page.getByLabel('Token').fill(OPERATOR_TOKEN);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
  });

  it("shows a failed run's reason, its tasks and a log", async () => {
    await asOperator('/console/runs/recogniser-0003');
    await page.getByText('evaluate failed after 3 tries').waitFor();
    await page.getByRole('link', { name: 'Show the log of train-face' }).click();
    await page.getByText('train-face: done in 11.4 s').waitFor();
    await page.getByText('On 11 people that neither was trained on').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
  });

  it('follows a trace from node to node', async () => {
    await asOperator('/console/trace/attempt/attempt-1');
    await page.getByRole('link', { name: /Run\s*recogniser-00/ }).click();
    await page.waitForURL(/trace\/run\/recogniser-0004/);
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByText('Voice 14', { exact: true }).first().waitFor();
  });

  it('shows what was measured of a version: each plot as a picture with words, and as a table', async () => {
    await asOperator('/console/releases');
    await page.getByRole('link', { name: 'Report on version 3' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Report on version 3' }).waitFor();
    const plot = page.getByRole('img', { name: /Detection error trade-off\. Lower and further left/ });
    expect(await plot.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await page.getByText('As a table: Detection error trade-off').click();
    await page.getByRole('cell', { name: '5%' }).waitFor();
    const keep = page.getByRole('link', { name: 'Keep as a file' });
    expect(await keep.getAttribute('href')).toBe('/api/v1/models/recogniser/versions/3/report/report.html');
  });

  it('proposes a version, promotes one, and rolls back after asking once more', async () => {
    await asOperator('/console/releases');
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.getByText('Version 4 was proposed.').waitFor();
    await page.getByRole('button', { name: 'Promote version 3' }).click();
    await page.getByText('Version 3 serves now.').waitFor();
    await page.getByRole('button', { name: 'Roll back: recogniser · production' }).press('Enter');
    await page.getByRole('dialog').getByText('Version 4 retires and version 2 serves again.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Rolled back.').waitFor();
  });

  it('mounts the pages of the platform, in which models have a report', async () => {
    await asOperator('/console/models');
    await page.getByRole('rowheader', { name: 'recogniser' }).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Model recogniser' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Version 4', exact: true }).first().click();
    await page.getByRole('link', { name: 'Report on version 4' }).click();
    await page.getByRole('heading', { level: 1, name: 'Report on version 4' }).waitFor();
  });

  it('deletes a person in the console', async () => {
    await asOperator('/console/people');
    await page.getByRole('searchbox').fill('cleo');
    await page.getByRole('button', { name: 'Delete Cleo Cedar' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('Cleo Cedar has been deleted.').waitFor();
  });

  it('shows newcomers who look like somebody, and decides about them', async () => {
    const match = { id: 'person-1', name: 'Ada Alder' };
    api.newcomer({ name: 'Ada Alder', review: [{ reason: 'name', match }] });
    api.newcomer({ name: 'Zoe Zelkova', review: [{ reason: 'face', match }] });
    api.newcomer({ name: 'Nobody', review: [{ reason: 'face', match: null }] });
    await asOperator('/console/people');
    await page.getByRole('heading', { name: '3 newcomers to review' }).waitFor();
    expect(await violations(page)).toEqual([]);

    const named = page.getByRole('article', { name: 'Review of Ada Alder' });
    await named.getByRole('button', { name: 'A person of their own' }).press('Enter');
    await named.getByText('enrolled under this name already').waitFor();
    await named.getByLabel('Name').fill('Ada Ash');
    await named.getByRole('button', { name: 'A person of their own' }).press('Enter');
    await page.getByText('can sign in now').waitFor();

    const alike = page.getByRole('article', { name: 'Review of Zoe Zelkova' });
    await alike.getByText('Looks like Ada Alder.').waitFor();
    await alike.getByRole('button', { name: 'The same person as Ada Alder' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
    await page.getByText('Zoe Zelkova is one with Ada Alder now.').waitFor();

    const nobody = page.getByRole('article', { name: 'Review of Nobody' });
    await nobody.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('The enrolment of Nobody has been deleted.').waitFor();
  });

  it('shows operators in red when nobody has to be there', async () => {
    api.set({ liveness: 'off' });
    await asOperator('/console');
    await page.getByRole('alert').getByText('does not ask whether anybody is there').waitFor();
  });

  it('invites somebody with a link that is shown once, and takes the invitation back', async () => {
    await asOperator('/console/people');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByText('Give the name of whom you invite.').waitFor();
    await page.getByLabel('Name of whom you invite').fill('Grace Gum');
    await page.getByLabel('Good for').selectOption('30');
    await page.getByRole('button', { name: 'Invite', exact: true }).press('Enter');
    const link = page.getByLabel('Link for Grace Gum');
    expect(await link.inputValue()).toContain('/enrol?invitation=');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Revoke the invitation of Grace Gum' }).click();
    await page.getByRole('rowheader', { name: 'Grace Gum' }).waitFor({ state: 'detached' });
  });

  const look = async (path: string) => {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await violations(page), path).toEqual([]);
  };

  it.each(['light', 'dark'] as const)('has nothing that axe-core objects to, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const path of ['/', '/enrol', '/join', '/account', '/console', '/nowhere']) await look(path);
    api.signIn({ id: 'person-1', name: 'Ada Alder' });
    await look('/account?attempt=attempt-1');
    await page.getByRole('button', { name: 'Make recovery codes' }).click();
    await page.getByText('Your recovery codes').waitFor();
    expect(await violations(page), 'codes').toEqual([]);
    await page.getByRole('button', { name: 'Rename Telephone' }).click();
    expect(await violations(page), 'renaming').toEqual([]);
    api.set({ policy: 'passkey-then-face-and-voice', person: null });
    await look('/');
    api.set({ next: 'passkey', underway: { id: 'person-1', name: 'Ada Alder' } });
    await look('/');
    api.set({ next: 'face_and_voice' });
    await look('/');
    api.set({ policy: 'face-and-voice', next: null, underway: null });
    await asOperator('/console');
    for (const path of [
      '',
      '/people',
      '/runs',
      '/runs/recogniser-0003?log=evaluate',
      '/releases',
      '/trace/run/r',
      '/models/recogniser/3/report',
    ]) {
      await page.goto(`/console${path}`);
      await page.locator('.card').first().waitFor();
      expect(await violations(page), `/console${path}`).toEqual([]);
    }
  });
});
