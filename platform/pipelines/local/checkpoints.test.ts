import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';
import { checkpointsKeptMs, sweepCheckpoints } from './checkpoints.ts';

/** Five epochs, one line each; those whose lines are in the checkpoint are not trained again. `fails`: at which tries. */
const training = (fails: string, retries = 0) =>
  component({
    name: 'train',
    outputs: { epochs: 'string' },
    retries: { max: retries, backoffSeconds: 0 },
    command: ({ outputs }) => [
      'sh',
      '-c',
      `cd "$VISAVOX_CHECKPOINTS" && echo x >> tries && tries=$(wc -l < tries)
       [ -f epoch ] && echo "goes on after epoch $(cat epoch)"
       epoch=$(cat epoch 2>/dev/null || echo 0)
       while [ $epoch -lt 5 ]; do
         case "${fails}" in *" $tries "*) [ $epoch -eq $((tries * 2)) ] && exit 1;; esac
         epoch=$((epoch + 1)); echo "epoch $epoch"; echo $epoch > epoch.new && mv epoch.new epoch
       done
       printf %s $epoch > "$0"`,
      outputs.epochs.path,
    ],
  });

let test: EngineForTest;
beforeEach(async () => {
  test = await engineForTest();
});
afterEach(() => test.close());

const trained = (fails: string, retries?: number) =>
  requestFor(pipeline({ name: 'training' }, (p) => void p.task(training(fails, retries))));

describe('checkpoints', () => {
  it('let an attempt go on where the one before it ended', async () => {
    const record = await test.engine.wait(await test.engine.submit(trained(' 1 2 ', 2)));
    expect(record.tasks).toMatchObject([
      { state: 'succeeded', attempts: 3, outputs: { parameters: { epochs: '5' } } },
    ]);
    expect((await test.engine.logs(record.id, 'train')).match(/^(epoch|goes on).*$/gm)).toEqual([
      ...['epoch 1', 'epoch 2', 'goes on after epoch 2', 'epoch 3', 'epoch 4'],
      ...['goes on after epoch 4', 'epoch 5'],
    ]);
  });

  it('let a run that is resumed go on where it failed', async () => {
    const id = await test.engine.submit(trained(' 1 '));
    expect(await test.engine.wait(id)).toMatchObject({ state: 'failed' });
    await test.engine.resume(id);
    expect(await test.engine.wait(id)).toMatchObject({ state: 'succeeded' });
    expect(await test.engine.logs(id, 'train')).toContain('goes on after epoch 2');
  });

  it('are the task’s own, and gone once it has succeeded', async () => {
    const where = component({
      name: 'where',
      outputs: { folder: 'string' },
      command: ({ outputs }) => [
        ...['sh', '-c', 'ls -A "$VISAVOX_CHECKPOINTS" >&2; printf %s "$VISAVOX_CHECKPOINTS" > "$0"'],
        outputs.folder.path,
      ],
    });
    const twice = pipeline({ name: 'twice' }, (p) => {
      p.task(where);
      p.task(where);
    });
    const { tasks } = await test.engine.wait(
      await test.engine.submit(requestFor(twice, { useCache: false })),
    );
    const folders = tasks.map(({ outputs }) => String(outputs.parameters.folder));
    expect(new Set(folders).size).toBe(2);
    for (const folder of folders) expect(existsSync(folder)).toBe(false);
  });
});

describe('of a run that nobody resumes', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-checkpoints-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('they are removed after a week', async () => {
    for (const [task, age] of [
      ['old', checkpointsKeptMs + 1000],
      ['young', checkpointsKeptMs - 60_000],
    ] as const) {
      const at = join(folder, 'checkpoints', task);
      await mkdir(at, { recursive: true });
      await writeFile(join(at, 'weights'), '');
      const time = new Date(Date.now() - age);
      for (const path of [join(at, 'weights'), at]) await utimes(path, time, time);
    }
    await sweepCheckpoints(folder, new Date());
    expect(existsSync(join(folder, 'checkpoints', 'old'))).toBe(false);
    expect(existsSync(join(folder, 'checkpoints', 'young', 'weights'))).toBe(true);
  });

  it('nothing happens where there are none', async () => {
    await expect(sweepCheckpoints(folder, new Date())).resolves.toBeUndefined();
  });
});
