import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { wav } from '@visavox/recognition/signals/hostile-recordings.test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySettings } from '../bench/model-servers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/images.mjs', ...words], { cwd: root, encoding: 'utf8' });

describe('what images are built from', () => {
  let folders: string[];
  const folderOf = (name: string) => folders.find((path) => path.endsWith(name)) ?? '';

  beforeAll(() => {
    const { stdout, stderr, status } = images('--prepare');
    expect(status, stderr).toBe(0);
    folders = stdout.trim().split('\n');
  });

  it('holds all of each image, its Dockerfile included', () => {
    expect(folders.map((path) => path.split('/').at(-1))).toEqual([
      'application',
      'predictor',
      'step',
      'tracking',
    ]);
    for (const folder of folders)
      expect(readFileSync(join(folder, 'Dockerfile'), 'utf8')).toMatch(/^USER 1000:1000$/m);
  });

  it('installs native packages as locked, and only those', () => {
    const lock = JSON.parse(readFileSync(join(folderOf('predictor'), 'native', 'package-lock.json'), 'utf8'));
    const whole = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const paths = Object.keys(lock.packages).filter(Boolean);
    expect(paths).toContain('node_modules/onnxruntime-common');
    expect(paths).not.toContain('node_modules/sharp');
    for (const path of paths) expect(lock.packages[path].integrity).toBe(whole.packages[path].integrity);
  });

  it('gives the predictor the allocator with which it was measured', () => {
    const dockerfile = readFileSync(join(folderOf('predictor'), 'Dockerfile'), 'utf8');
    for (const [name, value] of Object.entries(memorySettings))
      expect(dockerfile).toMatch(new RegExp(`\\b${name}=${value}\\b`));
  });

  it('starts the predictor, which answers over its protocol', async () => {
    const child = spawn(
      process.execPath,
      [
        join(folderOf('predictor'), 'serving', 'main.mjs'),
        ...['--plain', join(process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup'), 'networks')],
        ...['--host', '127.0.0.1', '--http-port', '0', '--grpc-port', '0', '--linger-seconds', '0'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
    const { httpPort } = JSON.parse(line) as { httpPort: number };
    const answer = await fetch(`http://127.0.0.1:${httpPort}/v2/models/face-head`);
    expect(await answer.json()).toMatchObject({ name: 'face-head' });
    child.kill();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('starts the application, which names the setting that it lacks', () => {
    const { stderr, status } = spawnSync(
      process.execPath,
      [join(folderOf('application'), 'app', 'server', 'main.mjs')],
      { encoding: 'utf8', env: { VISAVOX_ROLE: 'server' } },
    );
    expect(stderr).toContain('setting_invalid: the setting DATABASE_URL cannot be used');
    expect(status).toBe(1);
  });

  it('starts what the application decodes recordings with', async () => {
    const folder = join(folderOf('application'), 'app', 'server');
    const area = openSync(join(folder, 'area'), 'wx+');
    const child = spawn(process.execPath, [join(folder, 'decoding-process.mjs')], {
      stdio: ['ignore', 'ignore', 'inherit', area, 'ipc'],
    });
    const [ready] = await once(child, 'message');
    expect(ready).toEqual({ kind: 'ready' });
    const sound = wav();
    writeSync(area, sound, 0, sound.length, 0);
    child.send({ kind: 'decode', what: 'audio', lengths: [sound.length] });
    const [decoded] = await once(child, 'message');
    expect(decoded).toMatchObject({ results: [{ kind: 'audio', samples: 4000 }], more: false });
    child.kill();
    closeSync(area);
  });

  it('runs every step by the command of the pipeline', () => {
    const folder = folderOf('step');
    const steps = readdirSync(join(folder, 'recognition', 'steps')).filter(
      (name) => !name.startsWith('shared-'),
    );
    expect(steps.map((name) => name.replace('.mjs', '')).sort()).toEqual([
      ...[
        'calibrate',
        'calibrate-candidate',
        'embed',
        'evaluate',
        'fine-tune-voice',
        'gather',
        'plug-in',
        'register',
        'report',
        'validate',
        'voice-digits',
      ],
    ]);
    const program = join(folder, 'recognition', 'bin', 'recognition-step.mjs');
    for (const step of steps) {
      const { stderr, status } = spawnSync(process.execPath, [program, step.replace('.mjs', '')], {
        encoding: 'utf8',
        env: {},
      });
      expect(stderr).toMatch(/^(argument_missing|object_store_unset): /);
      expect(status).toBe(2);
    }
  });

  it('starts the launcher of steps, which names the setting that it lacks', () => {
    const launcher = join(folderOf('step'), 'launcher', 'launch.mjs');
    const { stderr, status } = spawnSync(process.execPath, [launcher, '{}', 'true'], {
      encoding: 'utf8',
      env: {},
    });
    expect(stderr).toMatch(/^visavox-launch: VISAVOX_STEP_SERVER is not set/);
    expect(status).toBe(1);
  });

  it('has each package that training imports', () => {
    const folder = folderOf('step');
    const modules = new Set(['train_head', 'keras_model', 'keras_heads']);
    const packages = new Set<string>();
    for (const module of modules) {
      const source = readFileSync(
        join(folder, 'recognition', 'training', 'visavox_training', `${module}.py`),
        'utf8',
      );
      for (const [, name = '', inside, imported] of source.matchAll(
        /^ *(?:from|import) (\w+)(?:\.(\w+)| import (\w+))?/gm,
      ))
        if (name !== 'visavox_training') packages.add(name);
        else modules.add(inside ?? imported ?? '');
    }
    expect(modules.size).toBeGreaterThan(3);
    // The last one comes with it.
    const distributions: Record<string, string> = { mlflow: 'mlflow-skinny', google: 'onnx' };
    const installed = readFileSync(join(folder, 'requirements.txt'), 'utf8').split('\n');
    const python = join(
      process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup'),
      'python',
      'bin',
      'python',
    );
    const { stdout } = spawnSync(python, ['-c', 'import sys; print(*sys.stdlib_module_names)'], {
      encoding: 'utf8',
    });
    const standard = new Set(stdout.trim().split(' '));
    const foreign = [...packages].filter((name) => !standard.has(name) && name !== 'torch');
    expect(foreign).toContain('numpy');
    for (const name of foreign) expect(installed).toContain(distributions[name] ?? name);
  });

  it('keeps what a run pins as its code', () => {
    const tracked = execFileSync('git', ['ls-files', 'recognition/*.ts', 'platform/core/*.ts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const sources = tracked
      .trim()
      .split('\n')
      .filter((file) => !file.includes('.test.') && !/\/(synthetic|fixtures|tests)\//.test(file));
    expect(sources.length).toBeGreaterThan(30);
    for (const file of sources)
      expect(readFileSync(join(folderOf('application'), file))).toEqual(readFileSync(join(root, file)));
  });
});

describe('the application of another project', () => {
  let folder: string;
  let context: string;

  beforeAll(async () => {
    const place = await mkdtemp(join(tmpdir(), 'visavox-image-'));
    folder = join(place, 'project');
    execFileSync(process.execPath, ['deploy/e2e/two-models.mjs', folder], { cwd: root });
    writeFileSync(join(folder, '.env'), 'TOKEN=secret');
    const { stdout, stderr, status } = images('application', '--project', folder, '--prepare');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('not in the image: .env, because it looks like a secret');
    context = stdout.trim();
    return () => rm(place, { recursive: true });
  });

  it('runs what its config declares', () => {
    const main = join(context, 'app', 'server', 'main.mjs');
    const { stderr, status } = spawnSync(process.execPath, [main], {
      encoding: 'utf8',
      env: { VISAVOX_ROLE: 'server' },
    });
    expect(stderr).toContain('setting_invalid: the setting DATABASE_URL cannot be used');
    expect(status).toBe(1);
    const folder = join(context, 'app', 'server');
    const bundled = readdirSync(folder)
      .filter((name) => name.endsWith('.mjs'))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(bundled.some((text) => text.includes('newDatasetVersion("scans")'))).toBe(true);
  });

  it('has the files that its steps run, and no secrets', async () => {
    const { manifest } = await takeSnapshot(join(context, 'project'));
    const paths = manifest.files.map(({ path }) => path);
    expect(paths).toContain('train.py');
    expect(paths).not.toContain('.env');
  });

  it('takes no place that is the image’s own', () => {
    mkdirSync(join(folder, 'platform'));
    writeFileSync(join(folder, 'platform', 'notes.py'), '');
    const { stderr, status } = images('application', '--project', folder, '--prepare');
    expect(stderr).toContain('would take the place of the image\'s own "platform"; rename it\n');
    expect(status).toBe(1);
  });

  it('is refused where there is no config', () => {
    const { stderr, status } = images('application', '--project', join(root, 'docs'), '--prepare');
    expect(stderr).toContain("visavox.config.ts is missing; name a project's folder");
    expect(status).toBe(1);
  });
});

describe('npm run images', () => {
  it('refuses an image that there is not', () => {
    const { stderr, status } = images('aplication');
    expect(stderr).toContain('There is no image "aplication".');
    expect(status).toBe(2);
  });

  it('hands each image to the builder that is named', () => {
    const { stdout, stderr, status } = images(
      ...['predictor', '--builder', 'echo', '--registry', 'registry.example.org/team', '--tag', '7'],
      ...['--node', 'mirror/node:20'],
    );
    expect(status, stderr).toBe(0);
    expect(stdout.trim()).toBe('registry.example.org/team/visavox-predictor:7');
    expect(stderr).toMatch(
      /registry\.example\.org\/team\/visavox-predictor:7 \S+predictor --build-arg BASE=mirror\/node:20\n/,
    );
  });
});
