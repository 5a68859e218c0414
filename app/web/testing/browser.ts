import { launchBrowser } from '@visavox/console/testing/browser';
import type { Browser, Page } from 'playwright-core';

/**
 * A browser whose camera and microphone play the given files (MJPEG or Y4M; WAV), or its own test pattern and beeps; `count` of
 * each.
 */
export function openBrowser(
  devices: { video?: string; audio?: string; count?: number } = {},
): Promise<Browser> {
  return launchBrowser([
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-ui-for-media-stream',
    `--use-fake-device-for-media-stream${devices.count ? `=device-count=${devices.count}` : ''}`,
    ...(devices.video ? [`--use-file-for-fake-video-capture=${devices.video}`] : []),
    ...(devices.audio ? [`--use-file-for-fake-audio-capture=${devices.audio}`] : []),
  ]);
}

/** Goes through the enrolment page as a person does. Throws what the page says when it comes to nothing. */
export async function enrolThroughPage(page: Page, name: string): Promise<void> {
  await page.goto('/enrol');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('I agree that my face').check();
  await page.getByRole('button', { name: 'Start camera and microphone' }).click();
  const finish = page.getByRole('button', { name: 'Finish enrolment' });
  await firstOf(page, finish);
  await finish.click();
  await firstOf(page, page.getByRole('heading', { name: `Welcome, ${name}` }));
}

export type SignInOutcome = 'accept' | 'reject';

/** Goes through the sign-in page and returns what the page says in the end. */
export async function signInThroughPage(page: Page, name: string): Promise<SignInOutcome> {
  await page.goto('/');
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Continue with camera' }).click();
  const welcome = page.getByRole('heading', { name: `Welcome back, ${name}` });
  const refused = page.getByRole('heading', { name: 'We could not recognise you' });
  await firstOf(page, welcome.or(refused));
  if (await refused.isVisible()) return 'reject';
  await page.waitForURL(/\/account/);
  return 'accept';
}

/** Waits for what is hoped for, and ends at once with the page's own words when a problem is shown instead. */
async function firstOf(page: Page, hoped: ReturnType<Page['locator']>): Promise<void> {
  const problem = page.getByRole('alert');
  await hoped.or(problem).first().waitFor();
  if (!(await hoped.first().isVisible()))
    throw new Error(`the page says: ${(await problem.allInnerTexts()).join(' ')}`);
}
