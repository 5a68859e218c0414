import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeManifest } from '@visavox/core/code';
import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeSnapshot } from './snapshot.ts';
import { limitsFrom } from './snapshot-limits.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'visavox-project-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function git(...words: string[]): string {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', root, ...author, ...words], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

async function pathsOf(): Promise<readonly string[]> {
  const { manifest } = await takeSnapshot(root);
  return [...manifest.files, ...manifest.links].map(({ path }) => path);
}

describe('the snapshot of a repository', () => {
  beforeEach(() => {
    write('train.py');
    write('.gitignore', 'outputs/\n');
    git('init', '-q', '-b', 'work');
    git('add', '.');
    git('commit', '-q', '-m', 'Begin');
  });

  it('holds what git tracks and what it does not ignore, and says where it was taken from', async () => {
    const clean = await takeSnapshot(root);
    expect(clean.origin).toEqual({ commit: git('rev-parse', 'HEAD'), branch: 'work', clean: true });
    write('new.py');
    write('outputs/model.bin');
    const { manifest, origin } = await takeSnapshot(root);
    expect(manifest.files.map(({ path }) => path)).toEqual(['.gitignore', 'new.py', 'train.py']);
    expect(manifest.files[2]).toEqual({
      path: 'train.py',
      digest: digestOf('train.py'),
      bytes: 8,
      executable: false,
    });
    expect(origin).toMatchObject({ clean: false });
  });

  it('has one digest for one content, whatever git knows of it', async () => {
    const before = await takeSnapshot(root);
    rmSync(join(root, '.git'), { recursive: true });
    expect((await takeSnapshot(root)).digest).toBe(before.digest);
    chmodSync(join(root, 'train.py'), 0o755);
    expect((await takeSnapshot(root)).digest).not.toBe(before.digest);
  });

  it('lacks what was deleted, and knows a branch without a commit and a commit without a branch', async () => {
    rmSync(join(root, 'train.py'));
    expect(await pathsOf()).toEqual(['.gitignore']);
    git('checkout', '-q', '--detach');
    expect((await takeSnapshot(root)).origin.branch).toBeNull();
    git('checkout', '-q', '--orphan', 'other');
    expect((await takeSnapshot(root)).origin).toMatchObject({ commit: null, branch: 'other' });
  });

  it('takes no environments and caches, although nothing ignores them', async () => {
    for (const path of ['.venv/bin/python', 'env/pyvenv.cfg', 'env/lib/x.py', 'a/__pycache__/x.pyc'])
      write(path);
    write('node_modules/x/index.js');
    expect(await pathsOf()).toEqual(['.gitignore', 'train.py']);
  });

  it('takes repositories inside with it', async () => {
    write('inside/.gitignore', '*.log\n');
    write('inside/code.py');
    write('inside/a.log');
    execFileSync('git', ['init', '-q', join(root, 'inside')]);
    expect(await pathsOf()).toEqual(['.gitignore', 'inside/.gitignore', 'inside/code.py', 'train.py']);
  });

  it('is of the folder that is asked for, from wherever it is asked', async () => {
    write('project/main.py');
    const { manifest } = await takeSnapshot(join(root, 'project'));
    expect(manifest.files.map(({ path }) => path)).toEqual(['main.py']);
  });

  it('names a socket, which git does not see', async () => {
    const server = createServer().listen(join(root, 'agent.sock'));
    await new Promise((done) => server.once('listening', done));
    try {
      const { manifest, leftOut } = await takeSnapshot(root);
      expect(leftOut).toEqual([{ path: 'agent.sock', why: 'it is a socket' }]);
      expect(manifest.files).toHaveLength(2);
    } finally {
      server.close();
    }
  });
});

describe('the snapshot of a folder without git', () => {
  it('holds everything but what tools make and .gitignore names', async () => {
    write('.gitignore', '*.log\n/data/\n');
    write('sub/.gitignore', '!keep.log\nlocal.py\n');
    for (const path of ['a.py', 'a.log', 'data/x.csv', 'sub/keep.log', 'sub/local.py', 'sub/data/y.csv'])
      write(path);
    for (const path of ['node_modules/x.js', '.visavox/home', '.venv/pyvenv.cfg', 'my-env/pyvenv.cfg'])
      write(path);
    write('my-env/lib/site.py');
    expect(await pathsOf()).toEqual([
      '.gitignore',
      'a.py',
      'sub/.gitignore',
      'sub/data/y.csv',
      'sub/keep.log',
    ]);
    expect((await takeSnapshot(root)).origin).toEqual({ commit: null, branch: null, clean: null });
  });

  it('lacks what .visavoxignore names', async () => {
    write('.visavoxignore', 'big/\n');
    write('big/a.bin');
    write('a.py');
    expect(await pathsOf()).toEqual(['.visavoxignore', 'a.py']);
  });

  it('never holds secrets, and says so', async () => {
    for (const path of ['.env', '.env.local', 'deploy/tls.key', 'id_ed25519', '.aws/credentials'])
      write(path);
    write(
      'notes.txt',
      'keys:\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
    );
    write(
      'account.json',
      '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\\n"}',
    );
    write('.npmrc', '//registry.example.org/:_authToken=npm_0123456789\n');
    for (const path of ['.env.example', 'keys.py', 'keyboard.json']) write(path);
    write('pem.py', 'header = "-----BEGIN PRIVATE KEY-----"\n');
    const { manifest, leftOut } = await takeSnapshot(root);
    expect(manifest.files.map(({ path }) => path)).toEqual([
      '.env.example',
      'keyboard.json',
      'keys.py',
      'pem.py',
    ]);
    expect(leftOut.map(({ path }) => path)).toEqual([
      ...['.aws/credentials', '.env', '.env.local', '.npmrc', 'account.json'],
      ...['deploy/tls.key', 'id_ed25519', 'notes.txt'],
    ]);
    expect(new Set(leftOut.map(({ why }) => why))).toEqual(new Set(['it looks like a secret']));
  });

  it('keeps links inside, and names those that lead out', async () => {
    write('src/a.py');
    symlinkSync('src/a.py', join(root, 'b.py'));
    symlinkSync(join(root, 'src'), join(root, 'absolute'));
    symlinkSync('.', join(root, 'src/here'));
    symlinkSync('/etc/hostname', join(root, 'host'));
    symlinkSync('../elsewhere', join(root, 'out'));
    symlinkSync('here/../../..', join(root, 'src/sly'));
    const { manifest, leftOut } = await takeSnapshot(root);
    expect(manifest.links).toEqual([
      { path: 'absolute', target: 'src' },
      { path: 'b.py', target: 'src/a.py' },
      { path: 'src/here', target: '.' },
    ]);
    expect(leftOut.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      'host: it is a link out of the folder',
      'out: it is a link out of the folder',
      'src/sly: it is a link out of the folder',
    ]);
  });

  it('names a FIFO instead of waiting for it', async () => {
    write('a.py');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect((await takeSnapshot(root)).leftOut).toEqual([{ path: 'pipe', why: 'it is a FIFO' }]);
  });
});

describe('a folder that is too large', () => {
  it('is refused before it is read, with what is largest and how to leave it out', async () => {
    write('a.py');
    write('data/train/images.bin');
    truncateSync(join(root, 'data/train/images.bin'), 2e9);
    write('weights.onnx');
    truncateSync(join(root, 'weights.onnx'), 3e8);
    const taken = takeSnapshot(root);
    await expect(taken).rejects.toMatchObject({ code: 'code_too_large', kind: 'too-large' });
    await expect(taken).rejects.toThrow(
      /holds 2\.3 GB, more than the 500 MB .* Largest: data\/train\/images\.bin \(2\.0 GB\), weights\.onnx \(300 MB\), a\.py/,
    );
    await expect(taken).rejects.toMatchObject({ action: expect.stringContaining('.visavoxignore') });
    write('.visavoxignore', 'data\n*.onnx\n');
    expect(await pathsOf()).toEqual(['.visavoxignore', 'a.py']);
  });

  it('is so by the number of its files, too', async () => {
    for (let file = 0; file < 30; file++) write(`many/${file}.txt`);
    await expect(takeSnapshot(root, { limits: { bytes: 1e9, files: 20 } })).rejects.toThrow(
      /more than the 20 files .* Most of them: many\/ \(/,
    );
  });

  it('has a limit that can be set', () => {
    expect(limitsFrom({}).bytes).toBe(500e6);
    expect(limitsFrom({ VISAVOX_CODE_LIMIT: '2GB' }).bytes).toBe(2e9);
    expect(() => limitsFrom({ VISAVOX_CODE_LIMIT: 'much' })).toThrow('which is no size');
  });

  it('may be no project at all', async () => {
    await expect(takeSnapshot('/')).rejects.toMatchObject({ code: 'code_folder_unfit' });
    await expect(takeSnapshot(join(root, 'nothing'))).rejects.toMatchObject({ code: 'code_unreadable' });
  });
});

describe('the cache of a snapshot', () => {
  const before = () => new Promise((done) => setTimeout(done, 100));

  it('sees every change, one of the same size within the same moment included', async () => {
    const cacheFile = join(root, '.visavox', 'cache.json');
    const digest = async () => (await takeSnapshot(root, { cacheFile })).manifest.files[0]?.digest;
    for (const text of ['one', 'two', 'six']) {
      write('a.py', text);
      expect(await digest()).toBe(digestOf(text));
    }
    await before();
    expect(await digest()).toBe(digestOf('six'));
    write('a.py', 'ten');
    expect(await digest()).toBe(digestOf('ten'));
  });

  it('keeps unchanged files from being read again, and may be damaged', async () => {
    const cacheFile = join(root, '.visavox', 'cache.json');
    write('a.py', 'one');
    await before();
    const first = await takeSnapshot(root, { cacheFile });
    // Only the cache can say this.
    const { readFileSync } = await import('node:fs');
    writeFileSync(cacheFile, readFileSync(cacheFile, 'utf8').replace(digestOf('one'), digestOf('told')));
    expect((await takeSnapshot(root, { cacheFile })).manifest.files[0]?.digest).toBe(digestOf('told'));
    writeFileSync(cacheFile, '{"half');
    expect((await takeSnapshot(root, { cacheFile })).digest).toBe(first.digest);
  });
});

it('is read again only as it was', async () => {
  write('a.py', 'one');
  const { read, manifest } = await takeSnapshot(root);
  expect(manifest).toEqual(codeManifest(manifest.files, []));
  expect(new TextDecoder().decode(await read(digestOf('one')))).toBe('one');
  write('a.py', 'two');
  await expect(read(digestOf('one'))).rejects.toMatchObject({ code: 'code_changed' });
});
