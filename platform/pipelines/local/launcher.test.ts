import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';
import { processTable } from './process-table.ts';

let test: EngineForTest;
beforeEach(async () => {
  test = await engineForTest();
});
afterEach(() => test.close());

/** Writes its log as it goes on, and ends when it is told to. */
const patient = pipeline({ name: 'patient' }, (p) => {
  const said = component({
    name: 'step',
    outputs: { said: 'string' },
    command: ({ outputs }) => [
      ...['sh', '-c', 'echo begun; while [ ! -e goon ]; do sleep 0.1; done; echo ok > "$0"'],
      outputs.said.path,
    ],
    cache: false,
  });
  p.task(said, {});
});

it('is started anew when it is killed, and what it has started goes on', async () => {
  const id = await test.engine.submit(requestFor(patient));
  const attempt = join(test.folder, id, 'tasks', 'step~1');
  await expect.poll(() => test.engine.logs(id, 'step').catch(() => ''), { timeout: 20_000 }).toBe('begun\n');
  const pid = Number.parseInt(await readFile(join(attempt, 'pid'), 'utf8'), 10);
  const launcher = processTable()?.get(pid)?.parent ?? 0;
  expect(processTable()?.get(launcher)?.parent).toBe(process.pid);
  process.kill(launcher, 'SIGKILL');

  const other = await test.engine.submit(requestFor(patient));
  const otherAttempt = join(test.folder, other, 'tasks', 'step~1');
  for (const each of [attempt, otherAttempt]) {
    await expect
      .poll(
        () =>
          writeFile(join(each, 'code', 'goon'), '').then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
  }
  for (const run of [id, other])
    expect(await test.engine.wait(run)).toMatchObject({
      state: 'succeeded',
      tasks: [{ attempts: 1, outputs: { parameters: { said: 'ok\n' } } }],
    });
});
