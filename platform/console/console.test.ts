import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import type { Browser, Page } from 'playwright-core';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command, typesOf } from './generate.ts';
import { findBrowser, howToGetABrowser, launchBrowser, openPage, violations } from './testing/browser.ts';
import { buildConsole } from './testing/build-console.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);
const bin = join(import.meta.dirname, '..', 'cli', 'bin', 'visavox.mjs');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

const count = component({
  name: 'count',
  inputs: { birds: 'dataset-version' },
  outputs: { songs: 'integer' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'ls "$0" | wc -l | tr -d " \\n" > "$1"; echo counted'],
    ...[inputs.birds.path, outputs.songs.path],
  ],
});
/** Three epochs, of which the last came to nothing. */
const epochs = `
import mlflow
for epoch, loss in enumerate([0.9, 0.5, float('nan')]):
    mlflow.log_metrics({'loss': loss, 'val_loss': 1 - epoch / 10, 'learning_rate': 0.001}, step=epoch)`;
const train = component({
  name: 'train',
  inputs: { songs: 'integer' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'printf "net of $0" > "$1"; printf 0.875 > "$2"; python -c "$3"'],
    ...[inputs.songs, outputs.model.path, outputs.accuracy.path, epochs],
  ],
});
const parameters = { birds: 'dataset-version', loudness: { type: 'integer', default: 1 } } as const;
const singing = pipeline({ name: 'singing', parameters }, (p) => {
  const counted = p.task(count, { birds: p.parameters.birds });
  p.task(train, { songs: counted.outputs.songs });
});

let folder: string;
let server: StartedPlatform | undefined;
let url = '';

/** As somebody in the project's folder types it; what it printed. */
async function visavox<T>(...words: string[]): Promise<T> {
  const env = { ...inherited, VISAVOX_SERVER: url };
  const run = promisify(execFile)(process.execPath, [bin, ...words, '--json'], { cwd: folder, env });
  return JSON.parse((await run).stdout);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-console-'));
  await buildConsole();
  server = startUp({ bin, folder, environment: inherited });
  url = await server.url;
}, 300_000);

afterAll(async () => {
  if (server) await stop(server);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

it('was written against the API of the platform', async () => {
  const document = await (await fetch(new URL('/api/openapi.json', url))).text();
  const committed = await readFile(new URL('./api/schema.ts', import.meta.url), 'utf8');
  expect(await typesOf(document, command), command).toBe(committed);
});

it('is served below /console alone, where a project begins that has no pages of its own', async () => {
  const begin = await fetch(url, { redirect: 'manual' });
  expect(begin.headers.get('location')).toBe('/console');
  const page = await fetch(new URL('/console/runs/some-run', url));
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  const [, script = ''] = /src="(\/console\/assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
  const asset = await fetch(new URL(script, url));
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect(asset.headers.get('content-type')).toContain('text/javascript');
  expect((await fetch(new URL('/console/assets/index-none.js', url))).status).toBe(404);
  expect((await fetch(new URL('/birds', url))).status).toBe(404);
});

describe.skipIf(!browserThere)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let token: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    token = (await readFile(join(folder, '.visavox/home/secrets/operator.token'), 'utf8')).trim();
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    page = await openPage(browser, url);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (40\d|503)/.test(message.text()))
        complaints.push(message.text());
    });
  });

  afterEach(async (test) => {
    if (test.task.result?.state === 'fail')
      console.error(`The page showed: ${await page.locator('body').innerText()}`);
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const asOperator = async (path: string) => {
    await page.goto(`/console#token=${token}`);
    await heading('Overview');
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };

  it('asks for the token, and signs in and out with it', async () => {
    await page.goto('/console/runs');
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByText('This token is not the right one').waitFor();
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await heading('Runs');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Operator access');
  });

  it('knows users by their passwords, and shows each what they may see', async () => {
    const token = await readFile(join(folder, '.visavox/home/secrets/operator.token'), 'utf8');
    const headers = { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' };
    const password = 'a password for the console';
    for (const [name, role] of [
      ['vera', 'viewer'],
      ['cleo', 'auditor'],
    ]) {
      const body = JSON.stringify({ name, role, password });
      const added = await fetch(new URL('/api/v1/users', url), { method: 'POST', headers, body });
      expect(added.status).toBe(201);
    }
    const signIn = async (name: string, given: string) => {
      await page.goto('/console');
      await page.getByLabel('User name').fill(name);
      await page.getByLabel('Password', { exact: true }).fill(given);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    const sections = page.getByRole('navigation');
    await signIn('vera', 'wrong');
    await page.getByText('The name and the password do not go together').waitFor();
    await signIn('vera', password);
    await page.getByText('Signed in as vera').waitFor();
    expect(await sections.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    expect(await page.getByText('shared token is still on').count(), 'she cannot turn it off').toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Operator access');
    expect(await violations(page)).toEqual([]);
    await signIn('cleo', password);
    await sections.getByRole('link', { name: 'Users' }).click();
    await page.getByRole('rowheader', { name: 'vera' }).waitFor();
    await sections.getByRole('link', { name: 'Audit log' }).click();
    await heading('Audit log');
    await page.getByLabel('What', { exact: true }).fill('user.');
    await page.getByLabel('Outcome').selectOption('Done');
    // Both filters have to hold: without them, signing in and out are listed as well.
    await expect.poll(() => page.locator('tbody tr').count()).toBe(2);
    await page.getByRole('cell', { name: 'user:vera' }).waitFor();
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText('each entry is as it was written').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export as JSON lines' }).click();
    const file = await (await download).path();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).target)).toEqual(['user:vera', 'user:cleo']);
    expect(await violations(page)).toEqual([]);
  });

  it('says in an empty project what to do for each page to have something', async () => {
    await asOperator('/console');
    expect(page.url(), 'the token is not left in the address').toBe(new URL('/console', url).href);
    await page.getByText('This project declares no model yet.').waitFor();
    const look = async (name: string, words: string) => {
      await page.getByRole('navigation').getByRole('link', { name }).click();
      await heading(name);
      await page.getByText(words).first().waitFor();
    };
    await look('Datasets', 'visavox data import FOLDER --name NAME');
    await look('Runs', 'visavox run pipeline.ts');
    await look('Sweeps', 'visavox sweep pipeline.py');
    await look('Models', 'visavox models register NAME --from RUN/TASK/OUTPUT');
    await look('Releases', 'The first training that passes its gate is released');
    await look('Lineage', 'What was it made from');
    await look('Users', 'Who may use the platform');
    await look('Settings', 'Secrets are not shown');
    await page.getByText('shared token is still on').waitFor();
  });

  describe('of a project with a dataset, a run and a model', () => {
    let run: string;
    let dataset: string;
    /** Two versions of a table. */
    let nests: readonly [string, string];

    beforeAll(async () => {
      await mkdir(join(folder, 'birds'));
      for (const [name, song] of [
        ['owl', 'hoo'],
        ['wren', 'tic'],
      ] as const)
        await writeFile(join(folder, 'birds', `${name}.txt`), song);
      await writeFile(
        join(folder, 'birds', 'metadata.csv'),
        'file_name,size\nowl.txt,large\nwren.txt,small\n',
      );
      await visavox('data', 'import', 'birds', '--name', 'birds');
      await writeFile(join(folder, 'birds', 'owl.txt'), 'hoo hoo');
      await writeFile(join(folder, 'birds', 'rook.txt'), 'kaah');
      ({ digest: dataset } = await visavox<{ digest: string }>('data', 'import', 'birds', '--name', 'birds'));
      const imported = async (table: string) => {
        await mkdir(join(folder, 'nests'), { recursive: true });
        await writeFile(join(folder, 'nests', 'nests.csv'), table);
        await writeFile(join(folder, 'nests', 'broken.csv'), 'eggs,tree\n1,oak,2\n');
        return (await visavox<{ digest: string }>('data', 'import', 'nests', '--name', 'nests')).digest;
      };
      nests = [
        await imported('eggs,tree\n1,oak\n2,oak\n3,elm\n'),
        await imported('eggs,tree,seen\n4,oak,2026-05-01\n5,,2026-05-02\n6,elm,2026-05-03\n'),
      ];
      await writeFile(join(folder, 'singing.json'), JSON.stringify(compile(singing)));
      ({ id: run } = await visavox<{ id: string }>('run', 'singing.json', '--param', 'birds=birds'));
    }, 300_000);

    it('shows the dataset: its files, what is in one, and what changed since another version', async () => {
      await asOperator('/console/datasets');
      await page.getByRole('link', { name: 'birds' }).click();
      await heading('Dataset birds');
      await page.getByText('3 files').waitFor();
      await page.getByRole('searchbox').fill('large');
      await page.getByRole('link', { name: 'Open wren.txt' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Open owl.txt' }).click();
      await page.getByText('hoo hoo').waitFor();
      await page.getByRole('link', { name: 'Close' }).click();
      await page.getByRole('link', { name: /^Compare with/ }).click();
      await page.getByText('1 file was added').waitFor();
      await page.getByText('1 file was changed').waitFor();
      await page.getByText(`--param PARAMETER=birds@${dataset}`).waitFor();
    });

    it('shows what is in the tables of a dataset, and how that differs from another version', async () => {
      const [before, after] = nests;
      await asOperator(`/console/datasets/${after}`);
      const columns = page.getByRole('region', { name: 'Columns', exact: true }).getByRole('table');
      await columns.getByRole('row', { name: /^eggs BIGINT 0 3 5 ± 1, 4 to 6/ }).waitFor();
      await columns.getByRole('row', { name: /^tree VARCHAR 1 2 elm \(1\), oak \(1\)/ }).waitFor();
      await columns.getByRole('row', { name: /^seen DATE 0 3 2026-05-01 to 2026-05-03/ }).waitFor();
      const bars = columns.getByRole('img', {
        name: 'Distribution of eggs: most values, 1, are between 4 and 5',
      });
      expect(await bars.locator('rect').count()).toBe(3);
      await page.getByText('broken.csv, line 2').waitFor();
      await page.goto(`/console/datasets/${after}?since=${before}`);
      const changes = page.getByRole('region', { name: 'What changed since' });
      await changes.getByText('seen').waitFor();
      await changes
        .getByRole('row', { name: /^eggs 0% 2 → 5 1\.5 · 2 · 2\.5 → 4\.5 · 5 · 5\.5 \d/ })
        .waitFor();
      await changes.getByRole('row', { name: /^tree 0% → 33% – –/ }).waitFor();
    });

    it('shows the run with the graph of its tasks, and the log of one', async () => {
      await asOperator('/console/runs');
      await page
        .getByRole('rowheader', { name: run.slice(0, 8) })
        .getByRole('link')
        .click();
      await page.getByText('singing on local, started by: manual').waitFor();
      const graph = page.getByRole('region', { name: 'Graph of the tasks' });
      expect(await graph.getByRole('link').allInnerTexts()).toEqual([
        expect.stringContaining('import-birds'),
        expect.stringContaining('count'),
        expect.stringContaining('train'),
      ]);
      expect(await graph.locator('path').count(), 'a line from each to the next').toBe(2);
      await page.getByRole('link', { name: 'Show the log of count' }).click();
      await page.getByText('counted').waitFor();
      await page.getByRole('cell', { name: '0.875' }).waitFor();
    });

    it('takes a name and a note for the run, by which it is found', async () => {
      await asOperator(`/console/runs/${run}`);
      await page.getByRole('button', { name: 'Name it, or write a note' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Dawn chorus');
      await page.getByLabel('Note').fill('With rooks\nfor once');
      await page.getByRole('button', { name: 'Save' }).click();
      await heading('Dawn chorus');
      await page.getByText('With rooks').waitFor();
      await page.goto('/console/runs');
      await page.getByRole('searchbox').fill('no such run');
      await page.getByText('No run matches.').waitFor();
      await page.getByRole('searchbox').fill('rooks');
      await page.getByRole('rowheader', { name: 'Dawn chorus' }).waitFor();
      await page.getByRole('link', { name: 'accuracy' }).click();
      await page
        .getByRole('columnheader', { name: 'accuracy' })
        .and(page.locator('[aria-sort=descending]'))
        .waitFor();
      await page.getByLabel('State').selectOption('Failed');
      await page.getByText('No run matches.').waitFor();
    });

    it('shows how the metrics of the run went, to eyes, to the keyboard and as a table', async () => {
      await asOperator(`/console/runs/${run}`);
      const plot = page.getByRole('slider', { name: 'loss by step' });
      await plot.focus();
      await page.keyboard.press('Home');
      expect(await plot.getAttribute('aria-valuetext')).toBe('step 0: loss 0.9, val_loss 1');
      await page.keyboard.press('ArrowRight');
      await page.getByText('step 1', { exact: true }).waitFor();
      await page.keyboard.press('End');
      expect(await plot.getAttribute('aria-valuetext')).toBe('step 2: loss NaN, val_loss 0.8');
      const box = await plot.boundingBox();
      if (!box) throw new Error('the chart is not there');
      await page.mouse.move(box.x + box.width - 20, box.y + 60);
      await page.mouse.move(box.x + 56, box.y + 60);
      await page.getByText('step 0', { exact: true }).waitFor();
      const chart = page.getByRole('figure').filter({ has: plot });
      expect(await chart.locator('.plot path').count(), 'a line for each').toBe(2);
      await chart.getByText('As a table').click();
      expect(await chart.getByRole('row').allInnerTexts()).toEqual([
        ...['step\tloss\tval_loss', '0\t0.9\t1', '1\t0.5\t0.9', '2\tNaN\t0.8'],
      ]);
      expect(await violations(page)).toEqual([]);
    });

    it('registers what the run made as a model, and shows its versions, files and lineage', {
      timeout: 300_000,
    }, async () => {
      await asOperator('/console/models');
      await page.getByRole('button', { name: 'Register', exact: true }).click();
      await page.getByText('Give the model a name.').waitFor();
      await page.getByLabel('Name of the model').fill('songs');
      await page.getByRole('button', { name: 'Register', exact: true }).click();
      // The registry comes up with MLflow, behind the platform.
      await page.getByText('Registered as songs:1.').waitFor({ timeout: 240_000 });
      await page.getByRole('rowheader', { name: 'songs' }).getByRole('link').click();
      await page.getByRole('row', { name: 'accuracy 0.875' }).waitFor();
      await page.getByRole('link', { name: 'Version 1', exact: true }).click();
      await heading('songs:1');
      await page.getByRole('link', { name: 'songs.onnx' }).waitFor();
      await page.getByRole('link', { name: 'Trace', exact: true }).click();
      await page.getByText('Model songs:1: what it was made from').waitFor();
      await page.getByRole('link', { name: /^Dataset\s*birds/ }).click();
      await page.waitForURL(/trace\/dataset/);
      await page.getByRole('link', { name: 'Open', exact: true }).click();
      await heading('Dataset birds');
    });

    it('shows what a version is: what it takes, who signed it, its card, without any HTML of it', {
      timeout: 60_000,
    }, async () => {
      const card = [
        ...['---', 'license: mit', 'model-index:', '- results:', '  - metrics:'],
        ...['    - { type: accuracy, value: 0.75, interval: [0.5, 0.875] }', '---', '# Songs', ''],
        ...['**Loud** ones <img src=x onerror=alert(1)> <b>only</b>. [run](javascript:alert(1))', ''],
        ...['| a | b |', '|---|---|', '| 1 | 2 |', ''],
      ].join('\n');
      await mkdir(join(folder, 'net'), { recursive: true });
      const signature = JSON.stringify([{ type: 'double', name: 'volume', required: true }]);
      const saved = `flavors: {python_function: {}}\nsignature: {inputs: '${signature}'}\n`;
      await writeFile(join(folder, 'net', 'MLmodel'), saved);
      await writeFile(join(folder, 'net', 'README.md'), card);
      await visavox('models', 'register', 'songs', 'net');
      await visavox('models', 'alias', 'songs', 'loudest', '2', '--reason', 'heard best');
      await asOperator('/console/models/songs/2');
      await page.getByText('volume: double').waitFor();
      await page.getByText('Signed, and the list of its files is as it was signed.').waitFor();
      await page.getByRole('button', { name: 'Verify every byte' }).click();
      await page.getByText('Every byte of its files is as it was signed.').waitFor();
      await page.getByRole('row', { name: /accuracy 0.75 0.5 – 0.875/ }).waitFor();
      const words = page.locator('.markdown');
      expect(await words.getByText('Loud').evaluate((element) => element.tagName)).toBe('STRONG');
      expect(await words.locator('img, b, script').count()).toBe(0);
      expect(await words.getByText('run', { exact: true }).getAttribute('href')).not.toContain('javascript');
      expect(await words.getByRole('cell', { name: '2' }).count()).toBe(1);
      expect(await violations(page)).toEqual([]);
      const bom = await page.request.get('/api/v1/models/songs/versions/2/bom');
      expect(await bom.json()).toMatchObject({ bomFormat: 'CycloneDX' });

      await page.goto('/console/models/songs');
      await page.getByRole('row', { name: /@loudest Version 2 .* heard best/ }).waitFor();
      await page.getByRole('button', { name: 'Compare' }).click();
      await heading('songs:1 and songs:2');
      await page.getByText('Not comparable:').first().waitFor();
      // The curves of the one that a run made.
      await page.getByRole('slider', { name: /loss/ }).first().waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it('shows a sweep: its trials, the best first, and what its parameters do', {
      timeout: 120_000,
    }, async () => {
      const words = ['--param', 'birds=birds', '--space', 'loudness=1..3', '--sampler', 'grid'];
      const { id, best } = await visavox<{ id: string; best: { run: string } }>(
        ...['sweep', 'singing.json', '--maximize', 'accuracy', '--name', 'louder', ...words],
      );
      await asOperator('/console/sweeps');
      await page.getByRole('link', { name: 'louder' }).click();
      await heading('louder');
      await page.getByText('the highest accuracy. 3 of 3 trials').waitFor();
      await page
        .getByRole('img', { name: /^accuracy over loudness, a point for each of 3 trials/ })
        .waitFor();
      const first = page.getByRole('row').nth(1);
      expect(await first.innerText()).toMatch(/Trial 1\s*Best/);
      expect(await violations(page)).toEqual([]);
      await first.getByRole('link').click();
      await page.waitForURL(new RegExp(`/console/runs/${best.run}`));
      await page.goto(`/console/runs?sweep=${id}`);
      await page.getByRole('rowheader', { name: 'louder 3' }).waitFor();
    });

    it('asks for what is to be traced, by kind and id', async () => {
      await asOperator('/console/trace');
      await page.getByRole('button', { name: 'Trace' }).click();
      await page.getByText('Say which one.').waitFor();
      await page.getByLabel('Kind').selectOption('run');
      await page.getByLabel('Which one').fill(run);
      await page.keyboard.press('Enter');
      await page.getByText(`Run ${run}: what it was made from`).waitFor();
    });

    it('shows what the server runs with, and no secret of it', async () => {
      await asOperator('/console/settings');
      await page.getByRole('row', { name: /Engine that runs pipelines VISAVOX_ENGINE local/ }).waitFor();
      expect(await page.locator('body').innerText()).not.toContain(token);
    });

    it('speaks French', async () => {
      await asOperator('/console');
      await page.getByLabel('Language').selectOption('fr');
      await page.getByRole('navigation').getByRole('link', { name: 'Données' }).click();
      await heading('Jeux de données');
      expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    });

    it.each(['light', 'dark'] as const)('has nothing that axe-core objects to, %s', async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto('/console');
      await heading('Operator access');
      expect(await violations(page), 'the token').toEqual([]);
      await asOperator('/console');
      for (const path of [
        ...['', '/datasets', `/datasets/${dataset}?item=owl.txt`, '/runs', `/runs/${run}?log=train`],
        ...['/models', '/models/songs', '/models/songs/1', '/releases', '/trace', `/trace/run/${run}`],
        ...['/settings', '/nowhere', `/datasets/${nests[1]}?since=${nests[0]}`],
      ]) {
        await page.goto(`/console${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForLoadState('networkidle');
        expect(await violations(page), `/console${path}`).toEqual([]);
      }
    });
  });
});
