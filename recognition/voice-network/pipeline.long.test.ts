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
/** As little as shows that one thing comes of the other. */
const tiny = ['voices=80', 'epochs=1', 'steps=1', 'pieces=16'];

let folder: string;
let server: StartedPlatform | undefined;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-voice-network-'));
  const training = join('recognition', 'training', 'visavox_training');
  await cp(join(root, training), join(folder, training), { recursive: true });
  const surroundings = JSON.stringify(pathToFileURL(join(root, 'recognition', 'step-surroundings.ts')).href);
  await writeFile(
    join(folder, 'visavox.config.ts'),
    `export default { name: 'lines', steps: () => import(${surroundings}) };\n`,
  );
  server = startUp({ bin, folder, environment: { ...inherited, VISAVOX_SETUP: setup } });
  url = await server.url;
}, 300_000);

afterAll(async () => {
  if (server) await stop(server);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

function visavox(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...inherited, VISAVOX_SERVER: url, VISAVOX_SETUP: setup };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...words], { cwd: folder, env }, (_error, stdout, stderr) =>
      done({ stdout, stderr }),
    );
  });
}

const Run = z.object({
  ...{ id: z.string(), state: z.string(), pins: z.object({ code: z.string() }) },
  tasks: z.array(z.object({ name: z.string(), reason: z.string().nullish() })),
});

async function run(...parameters: string[]) {
  const pipeline = join(import.meta.dirname, 'pipeline.ts');
  const words = parameters.flatMap((parameter) => ['--param', parameter]);
  const { stdout, stderr } = await visavox('run', pipeline, '--code', folder, ...words, '--json');
  return Run.parse(JSON.parse(stdout), { error: () => `${stdout}${stderr}` });
}

describe('what the voice network learns about bad lines', { timeout: 600_000 }, () => {
  it('comes with a card that names its run, its speech and its code', async () => {
    const finished = await run(...tiny, 'limits={}');
    expect(finished.state).toBe('succeeded');
    const { stderr } = await visavox('runs', 'export', finished.id, 'card/model', 'learned');
    const card = await readFile(join(folder, 'learned', 'adapter.md'), 'utf8').catch(() => stderr);
    expect(card).toContain(`| run | ${finished.id} |`);
    expect(card).toContain(`| code | ${finished.pins.code} |`);
    expect(card).toMatch(/80 voices by eSpeak NG/);
    expect(card).toMatch(/\| degraded \| [\d.]+ \([\d.]+%\) \| [\d.]+ \([\d.]+%\) \|/);
  });

  it('is refused where too little is gained: there is no card', async () => {
    const refused = await run(...tiny, 'limits={"degraded":0.01}');
    expect(refused.state).toBe('failed');
    const reason = refused.tasks.find(({ name }) => name === 'evaluate')?.reason;
    expect(reason).toMatch(/degraded: min Cllr [\d.]+ after [\d.]+, of which 1% may be left/);
    const { stderr: none } = await visavox('runs', 'export', refused.id, 'card/model', 'refused');
    expect(none).toMatch(/card/);
  });
});
