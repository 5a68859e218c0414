import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openPage } from '@visavox/console/testing/browser';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { openBrowser } from '@visavox/web/testing/browser';
import { buildPage } from '@visavox/web/testing/built-page';
import { fakeApi } from '@visavox/web/testing/fake-api';
import { servePage } from '@visavox/web/testing/page-server';
import { type PerformerWindow, performBefore } from '@visavox/web/testing/performer';
import { syntheticPerformer } from '@visavox/web/testing/synthetic-performer';
import type { Page } from 'playwright-core';
import { describeSummary, summarise } from './summary.ts';

const seconds = 20;
const leastLooksASecond = 5;
/** Longer than this and a page is felt to stick (W3C Long Tasks). */
const longTask = 50;

interface Watched {
  looks: number[];
  tasks: number[];
  ready: number;
}

/** How often the page looks for a face, what a look costs, and how busy the page's own thread is meanwhile. */
export async function benchPage(print: (line: string) => void): Promise<boolean> {
  const built = await buildPage();
  const server = await servePage(built.folder, fakeApi());
  const browser = await openBrowser();
  try {
    for (const line of await sizes(built.folder)) print(line);
    const page = await openPage(browser, server.url);
    // Functions that are sent to the page may have been given names by what runs this.
    await page.addInitScript('globalThis.__name = (named) => named');
    await page.addInitScript(watch);
    const performer = await syntheticPerformer(syntheticPerson(4600, 0), { turns: 2 });
    await performBefore(page, performer);
    const { idle, looking, watched } = await measure(page);
    const rate = watched.looks.length / seconds;
    const long = watched.tasks.filter((task) => task > longTask);
    print(`page: networks ready ${watched.ready.toFixed(0)} ms after the name was touched`);
    print(
      `  ${rate.toFixed(1)} looks a second, ${describeSummary(summarise(watched.looks), 'ms')} each in the worker`,
    );
    print(
      `  the page's own thread is busy ${percent(looking)} of the time, ${percent(idle)} before; ${long.length} tasks over ${longTask} ms in ${seconds} s, the longest ${Math.max(0, ...watched.tasks).toFixed(0)} ms`,
    );
    return rate >= leastLooksASecond;
  } finally {
    await browser.close();
    await server.close();
    await built.remove();
  }
}

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

/** Somebody sits beside the oval, so that the page goes on looking. */
async function measure(page: Page) {
  const metrics = await page.context().newCDPSession(page);
  await metrics.send('Performance.enable');
  const busy = async () => {
    const { metrics: all } = await metrics.send('Performance.getMetrics');
    return all.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const busyFor = async (time: number) => {
    const before = await busy();
    await page.waitForTimeout(time * 1000);
    return ((await busy()) - before) / time;
  };
  await page.goto('/');
  const watched = () => page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  await page.evaluate(() => {
    (window as unknown as PerformerWindow).performerAway = { x: 0.27, y: 0 };
  });
  await page.getByLabel('Your name').fill('Ada Alder');
  await page.waitForFunction(() => (window as unknown as { watched: Watched }).watched.ready > 0);
  const idle = await busyFor(5);
  await page.getByRole('button', { name: 'Continue with camera' }).click();
  await page.getByText('Move a little to the right.').waitFor();
  await page.evaluate(() => {
    const { looks, tasks } = (window as unknown as { watched: Watched }).watched;
    looks.length = 0;
    tasks.length = 0;
  });
  const looking = await busyFor(seconds);
  return { idle, looking, watched: await watched() };
}

/** Runs in the page, before its own code. */
function watch(): void {
  const watched: Watched = { looks: [], tasks: [], ready: 0 };
  Object.assign(window, { watched });
  const Real = window.Worker;
  window.Worker = class extends Real {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      const began = performance.now();
      this.addEventListener('message', ({ data }: MessageEvent<{ kind: string; milliseconds?: number }>) => {
        if (data.kind === 'ready') watched.ready = performance.now() - began;
        if (data.kind === 'look') watched.looks.push(data.milliseconds ?? 0);
      });
    }
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.tasks.push(duration);
  }).observe({ type: 'longtask' });
}

/** What comes over the line, compressed as it is served. */
async function sizes(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.br'));
  const bytes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  const total = (pattern: RegExp) =>
    names.reduce((sum, name, index) => sum + (pattern.test(name) ? (bytes[index] ?? 0) : 0), 0);
  const kilobytes = (pattern: RegExp) => `${(total(pattern) / 1000).toFixed(0)} kB`;
  return [
    `page: ${kilobytes(/index-.*\.(js|css)\.br$/)} at once; for finding faces ${kilobytes(/\.wasm\.br$/)} of WebAssembly, ${kilobytes(/\.onnx\.br$/)} of networks, ${kilobytes(/face-worker.*\.js\.br$/)} of code`,
  ];
}
