import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const usual = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

export const howToGetABrowser =
  'No Chromium was found: the browser tests are skipped. Install one (Debian: apt install chromium; or Google Chrome), or set CHROMIUM_PATH.';

/** CHROMIUM_PATH, or the first of Chromium and Chrome on the PATH. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (environment.PATH ?? '').split(delimiter);
  const candidates = environment.CHROMIUM_PATH
    ? [environment.CHROMIUM_PATH]
    : [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...usual];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * A browser whose camera and microphone play the given files (MJPEG or Y4M; WAV), or its own test pattern and beeps; `count` of
 * each.
 */
export async function openBrowser(
  devices: { video?: string; audio?: string; count?: number } = {},
): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error(howToGetABrowser);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      `--use-fake-device-for-media-stream${devices.count ? `=device-count=${devices.count}` : ''}`,
      ...(devices.video ? [`--use-file-for-fake-video-capture=${devices.video}`] : []),
      ...(devices.audio ? [`--use-file-for-fake-audio-capture=${devices.audio}`] : []),
    ],
  });
}

export async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return page;
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
