import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { blobKey } from '@visavox/core/object-store';
import type { RunRequest } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeSnapshot } from '../code/snapshot.ts';
import { codeOf } from '../code/stored-code.ts';
import { component, pipeline } from '../definition.ts';
import { codeIn, type EngineForTest, engineForTest, requestFor } from '../testing.ts';
import { CodeTrees } from './code-trees.ts';

let project: string;
let test: EngineForTest;
beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'visavox-project-'));
  test = await engineForTest({ code: codeNow, project });
});
afterEach(async () => {
  await test.close();
  rmSync(project, { recursive: true, force: true });
});

const codeNow = () => codeIn(project, test.objects);

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

async function run(step: ReturnType<typeof shell>, changes: Partial<RunRequest> = {}): Promise<RunRecord> {
  const request = requestFor(
    pipeline({ name: 'stale' }, (p) => void p.task(step)),
    changes,
  );
  return test.engine.wait(await test.engine.submit(request));
}

const shell = (script: string, more: { sources?: readonly string[] } = {}) =>
  component({
    name: 'fit',
    outputs: { answer: 'string' },
    command: ({ outputs }) => ['sh', '-c', script, outputs.answer.path],
    ...more,
  });
const answerOf = (record: RunRecord) => record.tasks[0]?.outputs.parameters.answer;

describe('the code of a run', () => {
  const python = component({
    name: 'fit',
    outputs: { answer: 'string' },
    command: ({ outputs }) => ['python3', 'train.py', outputs.answer.path],
  });
  const trainer = 'import sys, helper\nopen(sys.argv[1], "w").write(helper.answer + " 1")\n';

  it('is read anew for each: a script that was edited, and what it imports, are run', async () => {
    write('train.py', trainer);
    write('helper.py', 'answer = "one"\n');
    const first = await run(python);
    expect(first).toMatchObject({ state: 'succeeded', reason: null });
    expect(answerOf(first)).toBe('one 1');
    expect((await run(python)).tasks[0]).toMatchObject({ cached: true });
    write('helper.py', 'answer = "two"\n');
    const second = await run(python);
    expect(answerOf(second)).toBe('two 1');
    write('train.py', trainer.replace('" 1"', '" 2"'));
    expect(answerOf(await run(python))).toBe('two 2');
    expect(second.pins.code).not.toBe(first.pins.code);
  });

  it('is what a reproduction runs, whatever the folder holds by then', async () => {
    write('train.py', trainer);
    write('helper.py', 'answer = "one"\n');
    const first = await run(python);
    write('helper.py', 'answer = "two"\n');
    const again = await run(python, { code: await codeOf(first, test.objects), useCache: false });
    expect(answerOf(again)).toBe('one 1');
    expect(again.pins).toEqual(first.pins);
  });

  it('is what a resumed run goes on with', async () => {
    write('step.sh', 'exit 1\n');
    const step = shell('sh step.sh && echo done > "$0"');
    const failed = await run(step);
    expect(failed.state).toBe('failed');
    write('step.sh', 'true\n');
    await test.engine.resume(failed.id);
    const resumed = await test.engine.wait(failed.id);
    expect(resumed).toMatchObject({ state: 'failed', pins: failed.pins });
    expect((await run(step)).state).toBe('succeeded');
  });

  it('is in the record of the run, with where it was taken from', async () => {
    write('a.txt', 'a');
    const { digest } = await takeSnapshot(project);
    expect(await run(shell('cat a.txt > "$0"'))).toMatchObject({
      pins: { code: digest },
      origin: { commit: null, branch: null, clean: null },
    });
  });

  it('has to be there when a run is submitted', async () => {
    const code = { digest: digestOf('nothing'), origin: { commit: null, branch: null, clean: null } };
    await expect(run(shell('true'), { code })).rejects.toMatchObject({ code: 'code_missing' });
  });

  it('that has lost a file fails the task with a reason, and nothing else', async () => {
    write('a.txt', 'a');
    const code = await codeNow();
    await test.objects.delete(blobKey(digestOf('a')));
    const record = await run(shell('cat a.txt'), { code });
    expect(record).toMatchObject({ state: 'failed', reason: expect.stringContaining('a.txt') });
  });

  it('of a run from before code was kept cannot be reproduced, and is told so', async () => {
    const old = { ...(await run(shell('echo > "$0"'))), id: 'old' };
    old.pins.code = digestOf('what the code was');
    await expect(codeOf(old, test.objects)).rejects.toMatchObject({ code: 'code_not_kept' });
  });
});

describe('a run from before code was kept', () => {
  const old = digestOf('what the code was');

  it('is resumed with the code of now, and says so', async () => {
    write('step.sh', 'exit 1\n');
    const failed = await run(shell('sh step.sh && echo done > "$0"'));
    await test.runs.save({ ...failed, pins: { ...failed.pins, code: old } });
    write('step.sh', 'true\n');
    await test.engine.resume(failed.id);
    const resumed = await test.engine.wait(failed.id);
    expect(resumed).toMatchObject({
      state: 'succeeded',
      reason: expect.stringContaining('it cannot be reproduced exactly'),
      pins: { code: (await takeSnapshot(project)).digest },
    });
  });

  it('that was not finished goes on with the code of now', async () => {
    write('step.sh', 'true\n');
    const done = await run(shell('sh step.sh && echo done > "$0"'));
    const { origin: _, ...before } = done;
    await test.runs.save({
      ...before,
      id: 'old',
      state: 'running',
      finishedAt: null,
      pins: { ...done.pins, code: old },
      tasks: done.tasks.map((task) => ({ ...task, state: 'pending', cacheKey: null })),
    });
    expect(await test.engine.recover()).toEqual(['old']);
    expect(await test.engine.wait('old')).toMatchObject({ state: 'succeeded' });
  });
});

describe('files that trees are made of', () => {
  it('are kept from one start to the next, unless they are too many or half written', async () => {
    write('a.txt', 'a');
    write('b.txt', 'b');
    const { digest } = await codeNow();
    const folder = join(project, '.visavox', 'trees');
    const names = async () => (await readdir(join(folder, (await readdir(folder))[0] ?? ''))).length;
    const open = (keepBytes?: number) =>
      CodeTrees.open({ folder, objects: test.objects, ...(keepBytes !== undefined && { keepBytes }) });
    await (await open()).with(digest, async (tree) => {
      expect((await readdir(tree)).sort()).toEqual(['a.txt', 'b.txt']);
    });
    expect(await names()).toBe(2);
    writeFileSync(join(folder, (await readdir(folder))[0] ?? '', 'c.1.new'), '');
    await open();
    expect(await names()).toBe(2);
    await open(1);
    expect(await names()).toBe(0);
  });
});

describe('the folder that a step runs in', () => {
  it('is its own: what it writes, no other step and no later run finds', async () => {
    write('config/a.txt', 'a');
    const step = shell('cat config/a.txt > "$0"; ls config >> "$0"; echo more > config/b.txt; mkdir out', {});
    for (let round = 0; round < 2; round++)
      expect(answerOf(await run(step, { useCache: false }))).toBe('aa.txt\n');
    expect(await readdir(join(project, 'config'))).toEqual(['a.txt']);
  });

  it('has files that are as they were, even after a step that may write to everything', async () => {
    write('a.txt', 'before');
    const step = shell('cat a.txt > "$0"; chmod u+w a.txt; echo after > a.txt; true');
    for (let round = 0; round < 3; round++)
      expect(answerOf(await run(step, { useCache: false }))).toBe('before');
  });

  it('has programs that can be run, links that lead inside, and nothing behind a missing folder', async () => {
    write('bin/tool', '#!/bin/sh\necho tool\n');
    const { chmodSync } = await import('node:fs');
    chmodSync(join(project, 'bin/tool'), 0o755);
    symlinkSync('bin', join(project, 'programs'));
    expect(answerOf(await run(shell('programs/tool > "$0"')))).toBe('tool\n');
  });

  it('is gone when the step has ended', async () => {
    write('a.txt', 'a');
    const record = await run(shell('cat a.txt > "$0"'));
    expect((await readdir(join(test.folder, record.id))).sort()).toEqual(['logs', 'run.json']);
  });

  it.each([
    ['of the project that npm made without a name', '{"dependencies": {}}', 'installed\n'],
    ['of no other project', '{"name": "another"}', 'none\n'],
  ])('finds the installed packages %s', async (_, manifest, found) => {
    write('package.json', '{"dependencies": {}}');
    write('node_modules/installed/index.js', 'console.log("installed");\n');
    const other = mkdtempSync(join(tmpdir(), 'visavox-other-'));
    writeFileSync(join(other, 'package.json'), manifest);
    const code = await codeIn(other, test.objects);
    rmSync(other, { recursive: true });
    const step = shell('node -e "require(\'installed\')" > "$0" 2>/dev/null || echo none > "$0"');
    expect(answerOf(await run(step, { code }))).toBe(found);
  });

  it('finds installed packages, and the workspaces of the snapshot rather than of today', async () => {
    write('package.json', '{"name": "project", "type": "module", "workspaces": ["lib"]}');
    write('lib/package.json', '{"name": "@own/lib", "type": "module", "exports": "./index.js"}');
    write('lib/index.js', 'export const word = "then";\n');
    write(
      'step.js',
      'import { word } from "@own/lib";\nimport other from "installed";\nconsole.log(word, other);\n',
    );
    write('node_modules/installed/package.json', '{"name": "installed", "main": "index.js"}');
    write('node_modules/installed/index.js', 'module.exports = "installed";\n');
    mkdirSync(join(project, 'node_modules/@own'));
    symlinkSync('../../lib', join(project, 'node_modules/@own/lib'));
    const step = shell('node step.js > "$0"');
    const first = await run(step);
    expect(first).toMatchObject({ state: 'succeeded' });
    expect(answerOf(first)).toBe('then installed\n');
    write('lib/index.js', 'export const word = "now";\n');
    const again = await run(step, { code: await codeOf(first, test.objects), useCache: false });
    expect(answerOf(again)).toBe('then installed\n');
    expect(answerOf(await run(step))).toBe('now installed\n');
  });
});

describe('the code that a result is kept for', () => {
  it('is what the component names, with what that imports, and no more', async () => {
    write('train.py', 'import helper\nfrom package import inner\n');
    write('helper.py', '');
    write('package/__init__.py', '');
    write('package/inner.py', '');
    write('readme.md', '');
    const step = shell('date +%N > "$0"', { sources: ['train.py'] });
    const cached = async () => (await run(step)).tasks[0]?.cached;
    expect(await cached()).toBe(false);
    write('readme.md', 'new words');
    expect(await cached()).toBe(true);
    for (const path of ['helper.py', 'package/inner.py', 'package/__init__.py']) {
      write(path, '# changed\n');
      expect([path, await cached()]).toEqual([path, false]);
      expect([path, await cached()]).toEqual([path, true]);
    }
  });

  it('is nothing where a source cannot be followed, and the result is not kept', async () => {
    write('train.py', 'import importlib, sys\nimportlib.import_module(sys.argv[1])\n');
    const step = shell('date +%N > "$0"', { sources: ['train.py'] });
    expect((await run(step)).tasks[0]).toMatchObject({ state: 'succeeded', cacheKey: null });
    expect((await run(step)).tasks[0]).toMatchObject({ cached: false });
  });

  it('has to be among the code that is submitted', async () => {
    write('train.py', '');
    await expect(run(shell('true', { sources: ['trian.py'] }))).rejects.toThrow(
      'fit names the source trian.py, which is not in the code of the run',
    );
  });
});
