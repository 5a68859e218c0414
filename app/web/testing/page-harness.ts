import { openPage } from '@visavox/console/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { expect, type TestContext } from 'vitest';
import { openBrowser } from './browser.ts';
import { buildPage } from './built-page.ts';
import { fakeApi } from './fake-api.ts';
import { servePage } from './page-server.ts';

/**
 * For tests that record: on a machine that is busy, Chromium's test devices pause for seconds, which the page rightly takes for
 * devices that are lost.
 */
export const WITH_DEVICES = { timeout: 120_000, retry: 1 } as const;

/** A page in front of the fake API, and what its console complained of. */
export interface OpenedPage {
  readonly page: Page;
  readonly api: ReturnType<typeof fakeApi>;
  readonly url: string;
  /** Of what is expected to be complained of. */
  expectComplaint(words: RegExp): void;
  /** Closes it all; fails where the page complained, and prints what it showed where the test failed. */
  close(test?: TestContext): Promise<void>;
}

/** The built page and a browser, for the tests of one file. */
export async function openPages(devices: Parameters<typeof openBrowser>[0] = {}) {
  const built = await buildPage();
  const browser: Browser = await openBrowser(devices);
  return {
    browser,
    async open(): Promise<OpenedPage> {
      const api = fakeApi();
      const server = await servePage(built.folder, api);
      const page = await openPage(browser, server.url);
      const complaints: string[] = [];
      let expected: RegExp | null = null;
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of (40\d|503)/.test(message.text()))
          complaints.push(message.text());
      });
      return {
        page,
        api,
        url: server.url,
        expectComplaint(words) {
          expected = words;
        },
        async close(test) {
          if (test?.task.result?.state === 'fail')
            console.error(`The page showed: ${await page.locator('body').innerText()}`);
          await page.context().close();
          await server.close();
          expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
        },
      };
    },
    async close() {
      await browser.close();
      await built.remove();
    },
  };
}

/** Before a page is opened: lets {@link networksReady} know when the page can find faces by itself. */
export async function noteNetworks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        this.addEventListener('message', ({ data }: MessageEvent<{ kind: string }>) => {
          if (data.kind === 'ready') Object.assign(window, { networksAreReady: true });
        });
      }
    };
  });
}

export async function networksReady(page: Page): Promise<void> {
  await page.waitForFunction(() => 'networksAreReady' in window);
}

/** The parts of the page that do not lie wholly within the window. */
export function outsideTheWindow(page: Page, selectors: readonly string[]): Promise<string[]> {
  return page.evaluate(
    (all) =>
      all.filter((selector) => {
        const box = document.querySelector(selector)?.getBoundingClientRect();
        if (!box || box.width === 0 || box.height === 0) return true;
        return box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight;
      }),
    selectors,
  );
}
