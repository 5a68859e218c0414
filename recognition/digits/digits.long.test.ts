import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
const bin = join(root, 'platform', 'cli', 'bin', 'visavox.mjs');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;
const tiny = ['--people', '20', '--utterances', '1', '--epochs', '1', '--copies', '1'];

let folder: string;
let server: StartedPlatform | undefined;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-spoken-digits-'));
  const training = join('recognition', 'training', 'visavox_training');
  await cp(join(root, training), join(folder, training), { recursive: true });
  const there = (path: string) => JSON.stringify(pathToFileURL(join(root, 'recognition', path)).href);
  await writeFile(
    join(folder, 'visavox.config.ts'),
    `export default {
  name: 'hearing',
  steps: () => import(${there('step-surroundings.ts')}),
  commands: [() => import(${there('digits/plugin.ts')})],
};
`,
  );
  server = startUp({ bin, folder, environment: { ...inherited, VISAVOX_SETUP: setup } });
  url = await server.url;
}, 300_000);

afterAll(async () => {
  if (server) await stop(server);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

function visavox(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...inherited, VISAVOX_SERVER: url, VISAVOX_SETUP: setup };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...words], { cwd: folder, env }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

async function told<Schema extends z.ZodType>(schema: Schema, ...words: string[]): Promise<z.infer<Schema>> {
  const { stdout, stderr } = await visavox(...words, '--json');
  return schema.parse(JSON.parse(stdout), { error: () => `${words.join(' ')}: ${stdout}${stderr}` });
}

const Run = z.object({ id: z.string(), state: z.string(), pins: z.object({ code: z.string() }) });
const Datasets = z.object({ datasets: z.array(z.object({ digest: z.string(), items: z.number() })) });
const Traced = z.object({ nodes: z.array(z.object({ kind: z.string(), id: z.string() })) });

describe('the network that hears digits', { timeout: 600_000 }, () => {
  it('is refused where it hears too little: nothing is registered', async () => {
    const { code, stderr } = await visavox('digits', 'train', ...tiny);
    expect(stderr).toMatch(/usual: [\d.]+% of the digits are wrong, at most 1\.0% may be/);
    expect(code).toBe(1);
    expect(await told(z.object({ models: z.array(z.unknown()) }), 'models', 'list')).toEqual({ models: [] });
  });

  it('comes with a card that names its run, its speech and its code, and is traced to them', async () => {
    const { datasets } = await told(Datasets, 'data', 'list');
    const [{ digest = '', items = 0 } = {}] = datasets;
    // Seventeen people to learn from, one to watch, and two at three paces.
    expect(items).toBe(17 + 1 + 2 * 3);
    const pipeline = join(import.meta.dirname, 'pipeline.ts');
    const parameters = ['speech=spoken-digits', 'epochs=1', 'copies=1', 'limits={}', 'seed=3'];
    const run = await told(
      Run,
      ...['run', pipeline, '--code', folder],
      ...parameters.flatMap((parameter) => ['--param', parameter]),
    );
    expect(run.state).toBe('succeeded');
    await visavox('models', 'register', 'digit-recogniser', '--from', `${run.id}/card/model`);
    const { nodes } = await told(Traced, 'trace', 'model:digit-recogniser:1');
    const ids = nodes.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([run.id, digest]));

    const token = (
      await readFile(join(folder, '.visavox', 'home', 'secrets', 'operator.token'), 'utf8')
    ).trim();
    const answer = await fetch(`${url}/api/v1/models/digit-recogniser/versions/1/files/digits.md`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const card = await answer.text();
    expect(card).toContain(`| run | ${run.id} |`);
    expect(card).toContain(`| dataset version | spoken-digits@${digest} |`);
    expect(card).toContain('| speech | recognition-step voice-digits --people 20 --utterances 1 --seed 1 |');
    expect(card).toContain(`| code | ${run.pins.code} |`);
    expect(card).toContain('| seed | 3 |');
    expect(card).toMatch(/\| slow \| \d+ \| \d+ \| [\d.]+% \| {2}\|/);
  });
});
