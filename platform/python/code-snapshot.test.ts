import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { peerPython } from '../../scripts/peer-environment.mjs';

const run = promisify(execFile);
const python = peerPython('python-package') ?? '';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-snapshot-'));
  await fill();
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text = path): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Everything that a rule is about. */
async function fill(): Promise<void> {
  const patterns = [
    ...['*.LOG', '/data/', '!important.log', 'build/', '# a comment', '\\#odd', 'trailing ', '[ab]?.tmp'],
    ...[
      '**/deep/*.x',
      'a/**/z',
      '!/kept/',
      '*.o',
      '!kept/*.o',
      'sub/*.py[co]',
      '!',
      '/',
      '[',
      'x\\*y',
      'space\\ ',
    ],
  ];
  await write('.gitignore', patterns.join('\n'));
  await write('sub/.gitignore', '!keep.log\nlocal.py\n/only-here\n!build/\r\n');
  await write('.visavoxignore', 'huge/\n*.Bin\n!small.bin\n');
  const paths = `
    a.py a.log important.log data/x.csv sub/keep.log sub/local.py sub/data/y build/out sub/build/out #odd trailing
    ax.tmp cx.tmp p/q/deep/z.x deep/z.y a/b/c/z a/z/y kept/a.o not/a.o sub/m.pyc m.pyc x*y xy huge/a b.bin small.bin
    sub/only-here only-here x/huge/y Ärger.py \u{1f600} \uff5e node_modules/x.js .venv/pyvenv.cfg my-env/pyvenv.cfg
    my-env/lib/x a/__pycache__/x.pyc .env .env.example tls.key .aws/credentials client_secret_1.json kubeconfig`;
  for (const path of paths.trim().split(/\s+/)) await write(path);
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

const program = `
import json, pathlib, sys
from visavox._code.snapshot import take_snapshot
taken = take_snapshot(pathlib.Path(sys.argv[1]))
left_out = sorted(path for path, _ in taken.left_out)
print(json.dumps({"digest": taken.digest, "manifest": taken.manifest, "origin": taken.origin, "leftOut": left_out}))`;

async function takenByPython() {
  const env = { ...process.env, PYTHONPATH: join(import.meta.dirname, 'src') };
  return JSON.parse((await run(python, ['-c', program, root], { env })).stdout);
}

async function takenByThePlatform() {
  const { digest, manifest, origin, leftOut } = await takeSnapshot(root);
  return { digest, manifest, origin, leftOut: leftOut.map(({ path }) => path) };
}

describe.skipIf(!python)('the snapshot that Python takes is that of the platform', () => {
  it('of a folder without git', async () => {
    const taken = await takenByPython();
    expect(taken).toEqual(await takenByThePlatform());
    expect(taken.manifest.files.length).toBeGreaterThan(15);
  });

  it('of a repository, with others inside and files that are gone', async () => {
    const author = [
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@example.org',
      '-c',
      'commit.gpgsign=false',
    ];
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', root, ...author, ...words], { stdio: 'pipe' });
    git('init', '-q', '-b', 'work');
    git('add', '.');
    git('commit', '-q', '-m', 'Begin');
    await write('inside/.gitignore', '*.log\n');
    await write('inside/code.py');
    await write('inside/a.log');
    execFileSync('git', ['init', '-q', join(root, 'inside')]);
    await write('new.py');
    await rm(join(root, 'pem.py'));
    const taken = await takenByPython();
    expect(taken).toEqual(await takenByThePlatform());
    expect(taken.origin).toMatchObject({ branch: 'work', clean: false });
  });
});
