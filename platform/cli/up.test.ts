import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StartedPlatform, startUp, stop } from './testing/start-up.ts';

const bin = join(import.meta.dirname, 'bin', 'visavox.mjs');
const config = join(import.meta.dirname, 'config.ts');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

let folder: string;
let server: StartedPlatform | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-project-'));
});
afterEach(async () => {
  if (server) await stop(server);
  server = undefined;
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

function visavox(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...inherited, VISAVOX_SERVER: url, PORT: '0' };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...words], { cwd: folder, env }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}
const told = async (...words: string[]) => JSON.parse((await visavox(...words, '--json')).stdout);

let url = '';
async function up(): Promise<void> {
  server = startUp({ bin, folder, environment: inherited });
  url = await server.url;
}

const measure = component({
  name: 'measure',
  outputs: { accuracy: 'number' },
  command: ({ outputs }) => ['sh', '-c', 'printf 0.5 > "$0"', outputs.accuracy.path],
});

describe('visavox up', () => {
  it('starts a platform in an empty folder, which runs pipelines and keeps datasets', {
    timeout: 300_000,
  }, async () => {
    await up();
    expect(await told('status')).toMatchObject({
      services: [{ name: 'database', healthy: true }, { name: 'mlflow' }],
      environments: [],
    });
    await mkdir(join(folder, 'birds'));
    await writeFile(join(folder, 'birds', 'owl.txt'), 'hoo');
    await visavox('data', 'import', 'birds', '--name', 'birds');
    expect(await told('data', 'list')).toMatchObject({ datasets: [{ name: 'birds', items: 1 }] });

    const spec = compile(pipeline({ name: 'measuring' }, (p) => void p.task(measure)));
    await writeFile(join(folder, 'measuring.json'), JSON.stringify(spec));
    const { id } = await told('run', 'measuring.json');
    expect(await told('runs', 'show', id)).toMatchObject({
      state: 'succeeded',
      tasks: [{ outputs: { parameters: { accuracy: 0.5 } } }],
    });
    expect(await told('run', 'measuring.json', '--on', 'abacus')).toMatchObject({
      error: { code: 'engine_not_available', message: 'This server has no engine named abacus.' },
    });
    expect((await fetch(url)).url).toBe(new URL('/console', url).href);
    expect(await told('models', 'list')).toEqual({ models: [], notOurs: [] });
    expect(await told('release', 'rollback')).toMatchObject({ error: { code: 'model_needed' } });
    expect(await told('trace', 'person:ada')).toMatchObject({ error: { code: 'unknown_reference' } });
  });

  it('leaves the commands and the needs of the project that it came with to whoever asks from elsewhere', async () => {
    const looked = async () =>
      ((await told('doctor')).findings as { name: string }[]).map(({ name }) => name);
    expect(await looked()).toContain('published networks');
    const outside = await visavox('--help');
    expect(outside.stdout).toMatch(/^ {2}people\b/m);
    await writeFile(join(folder, 'visavox.config.ts'), `export default { name: 'birds' };`);
    const inside = await visavox('--help');
    expect(inside.stdout).toMatch(/^ {2}runs\b/m);
    expect(inside.stdout).not.toMatch(/^ {2}people\b/m);
    expect(await looked()).toContain('Python environment');
    expect(await looked()).not.toContain('published networks');
  });

  it('adds what the project declares', { timeout: 300_000 }, async () => {
    await writeFile(
      join(folder, 'visavox.config.ts'),
      `import { defineProject } from ${JSON.stringify(config)};
       export default defineProject({
         name: 'birds',
         lineage: [{ name: 'sighting', before: 'sample' }],
         commands: [() => import('./commands.ts')],
         routes: () => import('./routes.ts'),
       });`,
    );
    await writeFile(
      join(folder, 'commands.ts'),
      `export const plugin = (program, context) =>
         program.command('birds').action((_, command) => context(command).result(['owl'], 'owl'));`,
    );
    await writeFile(
      join(folder, 'routes.ts'),
      `export default (app, { project }) => app.get('/api/v1/birds', (c) => c.json([project.name]));`,
    );
    expect(await told('birds')).toEqual(['owl']);
    await up();
    expect(await (await fetch(new URL('/api/v1/birds', url))).json()).toEqual(['birds']);
    expect((await visavox('trace', 'sighting:1')).stderr).toContain('there is no sighting 1');
  });

  it.each([
    ['an unknown key', `{ name: 'birds', modles: {} }`, 'there is no key "modles"; there are name, models,'],
    [
      'two models of one name',
      `{ name: 'birds', models: { owls: {}, Owls: {} } }`,
      'two models have one name: "owls" and "Owls"',
    ],
    [
      'a trigger for a model that is not there',
      `{ name: 'birds', triggers: { owls: [] } }`,
      '"triggers" names the model "owls", which is not among the models (there are none)',
    ],
    ['no name', '{}', '"name"'],
    ['a model without a pipeline', `{ name: 'birds', models: { owls: {} } }`, '"models.owls.pipeline"'],
    [
      'a plug-in that throws when it is loaded',
      `{ name: 'birds', routes: async () => { throw new Error('no such bird'); } }`,
      '"routes" of visavox.config.ts failed: no such bird',
    ],
    [
      'a kind of lineage beside none',
      `{ name: 'birds', lineage: [{ name: 'nest', before: 'egg' }] }`,
      'beside "egg", which is not there',
    ],
    [
      'pages that are not there',
      `{ name: 'birds', pages: 'built' }`,
      '"pages" names built/index.html, which',
    ],
    ['a file that is none', 'egg', 'cannot be loaded: egg is not defined'],
  ])('refuses %s before anything is opened', async (_what, declared, message) => {
    await writeFile(join(folder, 'visavox.config.ts'), `export default ${declared};`);
    const { code, stderr } = await visavox('up');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(['visavox.config.ts']);
  });
});
