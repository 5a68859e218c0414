import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '@visavox/pipelines/compile';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peerPython } from '../../scripts/peer-environment.mjs';
import { mediaTypes, mediaTypesFile } from './media-types.ts';
import { training } from './testing/training.ts';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '..', 'cli', 'bin', 'visavox.mjs');
const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '..', '.visavox', 'setup');
const steps = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
/** With what the package can work with; `node scripts/peer-environment.mjs python-package` makes it. */
const python = peerPython('python-package') ?? '';
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

/** A model that is released, to where nothing has to be served. */
const config = `
import { defineProject } from ${JSON.stringify(join(import.meta.dirname, '..', 'cli', 'config.ts'))};
import { metricGate } from ${JSON.stringify(join(import.meta.dirname, '..', 'control', 'metric-gate.ts'))};
import { training } from ${JSON.stringify(join(import.meta.dirname, 'testing', 'training.ts'))};

const target = { prepare: async () => {}, activate: async () => {}, retire: async () => {} };
export default defineProject({
  name: 'readers',
  models: {
    reader: {
      pipeline: training,
      dataset: 'scans-of-reader',
      gate: metricGate({ accuracy: { better: 'higher' } }),
      target: () => target,
    },
  },
});`;

it('has the version of the npm packages', async () => {
  const { version } = JSON.parse(await readFile(join(bin, '..', '..', 'package.json'), 'utf8'));
  const own = await readFile(join(import.meta.dirname, 'src', 'visavox', '_version.py'), 'utf8');
  expect(own).toBe(`__version__ = "${version}"\n`);
});

it('knows the media types of the command line', async () => {
  expect(mediaTypes(), 'npx tsx platform/python/media-types.ts').toBe(await readFile(mediaTypesFile, 'utf8'));
});

describe.skipIf(!python)('the Python package', () => {
  let folder: string;
  let server: StartedPlatform | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-python-'));
    await writeFile(join(folder, 'visavox.config.ts'), config);
    const environment = { ...inherited, VISAVOX_SETUP: setup, VISAVOX_PYTHON: steps };
    server = startUp({ bin, folder, environment });
    await server.url;
  }, 300_000);
  afterAll(async () => {
    if (server) await stop(server);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it('passes its tests', { timeout: 600_000 }, async () => {
    const token = await readFile(join(folder, '.visavox', 'home', 'secrets', 'operator.token'), 'utf8');
    const env = {
      ...inherited,
      VISAVOX_SERVER: await server?.url,
      VISAVOX_TOKEN: token.trim(),
      VISAVOX_COMMAND: JSON.stringify([process.execPath, bin]),
      VISAVOX_PIPELINE: JSON.stringify(compile(training)),
      PYTHONDONTWRITEBYTECODE: '1',
      // Beside the environment that it is about: from nothing, mypy takes some seconds longer.
      MYPY_CACHE_DIR: join(python, '..', '..', 'mypy-cache'),
    };
    const tests = run(python, ['-m', 'pytest', '-q'], {
      ...{ cwd: import.meta.dirname, env, maxBuffer: 1 << 26 },
    });
    const { stdout } = await tests.catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${stdout}\n${stderr}`);
    });
    expect(stdout).toMatch(/\d+ passed/);
    expect(stdout).not.toMatch(/skipped/);
  });
});
