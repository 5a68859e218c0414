import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peerPython } from '../../scripts/peer-environment.mjs';
import { mediaTypes, mediaTypesFile } from './media-types.ts';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '..', 'cli', 'bin', 'visavox.mjs');
const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '..', '.visavox', 'setup');
const steps = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
/** With what the package can work with; `node scripts/peer-environment.mjs python-package` makes it. */
const python = peerPython('python-package') ?? '';
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

const count = component({
  name: 'count',
  inputs: { scans: 'dataset-version' },
  outputs: { lines: 'integer' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'find "$0" -name "[ab].csv" | xargs cat | wc -l | tr -d " \\n" > "$1"; echo counted'],
    ...[inputs.scans.path, outputs.lines.path],
  ],
});
const epochs = `
import mlflow
for epoch, loss in enumerate([0.9, 0.5, float('nan')]):
    mlflow.log_metrics({'loss': loss, 'accuracy': 0.5 + epoch / 10}, step=epoch)`;
const train = component({
  name: 'train',
  inputs: { lines: 'integer' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'printf "net of $0" > "$1"; printf 0.875 > "$2"; python -c "$3"'],
    ...[inputs.lines, outputs.model.path, outputs.accuracy.path, epochs],
  ],
});
const training = pipeline({ name: 'training', parameters: { scans: 'dataset-version' } }, (p) => {
  const counted = p.task(count, p.parameters);
  p.task(train, { lines: counted.outputs.lines });
});

it('knows the media types of the command line', async () => {
  expect(mediaTypes(), 'npx tsx platform/python/media-types.ts').toBe(await readFile(mediaTypesFile, 'utf8'));
});

describe.skipIf(!python)('the Python package', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-python-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  describe('against a server', () => {
    let server: StartedPlatform | undefined;
    beforeAll(async () => {
      server = startUp({ bin, folder, environment: { ...inherited, VISAVOX_SETUP: setup, VISAVOX_PYTHON: steps } });
      await server.url;
    }, 300_000);
    afterAll(async () => {
      if (server) await stop(server);
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
      };
      const tests = run(python, ['-m', 'pytest', '-q', '--durations=5'], {
        ...{ cwd: import.meta.dirname, env, maxBuffer: 1 << 26 },
      });
      const { stdout } = await tests.catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${error.stdout}\n${error.stderr}`);
      });
      console.info(stdout);
      expect(stdout).toMatch(/\d+ passed/);
    });
  });

  describe('takes the snapshot of a folder that the platform takes', () => {
    let root: string;
    const write = async (path: string, text = path) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    const git = (...words: string[]) => {
      const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
      execFileSync('git', ['-C', root, ...author, ...words], { stdio: 'pipe' });
    };

    /** Of the folder, by either side. */
    async function both() {
      const program = `
import json, pathlib, sys
from visavox._code.snapshot import take_snapshot
taken = take_snapshot(pathlib.Path(sys.argv[1]))
print(json.dumps([taken.digest, taken.manifest, taken.origin, sorted(path for path, _ in taken.left_out)]))`;
      const env = { ...inherited, PYTHONPATH: join(import.meta.dirname, 'src') };
      const { stdout } = await run(python, ['-c', program, root], { env });
      const { digest, manifest, origin, leftOut } = await takeSnapshot(root);
      return { python: JSON.parse(stdout), platform: [digest, manifest, origin, leftOut.map(({ path }) => path)] };
    }

    async function fill() {
      root = await mkdtemp(join(folder, 'project-'));
      await write('.gitignore', '*.LOG\n/data/\n!important.log\nbuild/\n# a comment\n\\#odd\ntrailing \n[ab]?.tmp\n**/deep/*.x\n');
      await write('sub/.gitignore', '!keep.log\nlocal.py\n/only-here\n!build/\n');
      await write('.visavoxignore', 'huge/\n*.Bin\n!small.bin\n');
      for (const path of ['a.py', 'a.log', 'important.log', 'data/x.csv', 'sub/keep.log', 'sub/local.py', 'sub/data/y'])
        await write(path);
      for (const path of ['build/out', 'sub/build/out', '#odd', 'trailing', 'ax.tmp', 'cx.tmp', 'p/q/deep/z.x', 'deep/z.y'])
        await write(path);
      for (const path of ['huge/a', 'b.bin', 'small.bin', 'sub/only-here', 'only-here', 'x/huge/y', 'Ärger.py', '\u{1f600}', '\uff5e'])
        await write(path);
      for (const path of ['node_modules/x.js', '.venv/pyvenv.cfg', 'my-env/pyvenv.cfg', 'my-env/lib/x', 'a/__pycache__/x.pyc'])
        await write(path);
      for (const path of ['.env', '.env.example', 'tls.key', '.aws/credentials', 'client_secret_1.json', 'kubeconfig'])
        await write(path);
      await write('.npmrc', '//registry.example.org/:_authToken=npm_0123456789\n');
      await write('deploy.pem', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n');
      await write('pem.py', 'header = "-----BEGIN PRIVATE KEY-----"\n');
      await chmod(join(root, 'a.py'), 0o755);
      await symlink('a.py', join(root, 'link.py'));
      await symlink('../sub/', join(root, 'sub', 'back'));
      await symlink('nothing', join(root, 'dangling'));
      await symlink('/etc/passwd', join(root, 'out'));
      await symlink('../../up', join(root, 'sub', 'up'));
      await symlink(join(root, 'a.py'), join(root, 'sub', 'absolute'));
    }

    it('without git', async () => {
      await fill();
      const taken = await both();
      expect(taken.python).toEqual(taken.platform);
      expect(taken.python[1].files.length).toBeGreaterThan(15);
    });

    it('in a repository, with others inside and files that are gone', async () => {
      await fill();
      git('init', '-q', '-b', 'work');
      git('add', '.');
      git('commit', '-q', '-m', 'Begin');
      await write('inside/.gitignore', '*.log\n');
      await write('inside/code.py');
      await write('inside/a.log');
      execFileSync('git', ['init', '-q', join(root, 'inside')]);
      await write('new.py');
      await rm(join(root, 'important.log'), { force: true });
      const taken = await both();
      expect(taken.python).toEqual(taken.platform);
      expect(taken.python[2]).toMatchObject({ branch: 'work', clean: false });
    });
  });
});
