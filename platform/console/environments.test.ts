import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { echoGraph, onnxFile } from '@visavox/serving/testing/onnx-file';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBrowser, howToGetABrowser, launchBrowser, openPage, violations } from './testing/browser.ts';
import { buildConsole } from './testing/build-console.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);
const bin = join(import.meta.dirname, '..', 'cli', 'bin', 'visavox.mjs');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

const learn = component({
  name: 'learn',
  inputs: { birds: 'dataset-version' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'cat "$0" > "$1"; printf 1 > "$2"'],
    ...[inputs.birds.path, outputs.model.path, outputs.accuracy.path],
  ],
});
const learning = pipeline({ name: 'songs', parameters: { birds: 'dataset-version' } }, (p) => {
  p.task(learn, { birds: p.parameters.birds });
});
const config = (memory: string) => `
name: songs
models:
  songs:
    pipeline: pipeline.json
    dataset: birds
    environments:
      - name: production
        resources: { memory: ${memory} }
    gate:
      accuracy: { better: higher }
`;

let folder: string;
let server: StartedPlatform | undefined;
let url = '';
async function start(memory: string): Promise<void> {
  if (server) await stop(server);
  await writeFile(join(folder, 'visavox.config.yaml'), config(memory));
  server = startUp({ bin, folder, environment: inherited });
  url = await server.url;
}
/** What it printed; tracking comes up behind the server. */
async function visavox(...words: string[]): Promise<{ id: string }> {
  const env = { ...inherited, VISAVOX_SERVER: url };
  for (;;) {
    const run = promisify(execFile)(process.execPath, [bin, ...words, '--json'], { cwd: folder, env });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    const said = JSON.parse(stdout);
    if (said.error?.code !== 'tracking_unavailable') return said;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-environments-'));
  await writeFile(join(folder, 'pipeline.json'), JSON.stringify(compile(learning)));
  await writeFile(join(folder, 'songs.onnx'), onnxFile(echoGraph));
  await buildConsole();
  await start('1Gi');
  await visavox('models', 'register', 'songs', 'songs.onnx');
  const { id } = await visavox('release', 'propose', 'songs:1');
  await visavox('release', 'promote', id);
}, 300_000);
afterAll(async () => {
  if (server) await stop(server);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

it.skipIf(!browserThere)(
  'shows what has changed since a release, and what a promotion changes before it is done',
  { timeout: 300_000 },
  async () => {
    const browser = await launchBrowser();
    const signedIn = async () => {
      const page = await openPage(browser, url);
      const token = (await readFile(join(folder, '.visavox/home/secrets/operator.token'), 'utf8')).trim();
      await page.goto(`/console#token=${token}`);
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await page.goto('/console/releases');
      return page;
    };
    const before = await signedIn();
    const settings = before.getByRole('article', { name: 'Settings of songs · production' });
    await settings.getByRole('row', { name: 'resources.memory 1Gi' }).waitFor();
    await settings.getByText('resources.memory: no limit on one machine').waitFor();
    expect(await before.getByText('Changed since the release').count()).toBe(0);

    await start('2Gi');
    const page = await signedIn();
    const changed = page.getByRole('article', { name: 'Settings of songs · production' });
    await changed.getByText('Changed since the release of version 1').waitFor();
    await changed.getByRole('row', { name: 'resources.memory 1Gi 2Gi' }).waitFor();
    await changed.getByText('npx visavox release propose songs:1 --to production').waitFor();
    expect(await violations(page)).toEqual([]);

    await visavox('release', 'propose', 'songs:1');
    await page.getByRole('button', { name: 'Promote version 1' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Promote version 1?' });
    await dialog.getByRole('row', { name: 'resources.memory 1Gi 2Gi' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Promote', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await changed.getByText('Changed since the release').waitFor({ state: 'detached' });

    await page.getByText('What became of them, and why').click();
    await page
      .getByRole('cell', { name: /^followed by version 1/ })
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await browser.close();
  },
);
