import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipeline } from '../definition.ts';
import { shellSpec } from '../fixtures/shell-spec.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';
import { workspaceFolder } from './workspace.ts';

let test: EngineForTest;
beforeAll(async () => {
  test = await engineForTest();
});
afterAll(() => test.close());

const workspace = { runtimeValue: { constant: '{{$.workspace_path}}' } };
const file = { runtimeValue: { constant: '{{$.workspace_path}}/data/word' } };

it('is a folder that the tasks of a run share, and that is gone with it', async () => {
  const pipelineSpec = shellSpec({
    tasks: {
      write: {
        script: 'mkdir "$0/data" && printf shared > "$0/data/word" && printf %s "$0" > "$1"',
        inputs: { folder: 'STRING' },
        outputs: { folder: 'STRING' },
        task: { inputs: { parameters: { folder: workspace } } },
      },
      read: {
        script: 'cat "$0" > "$1"',
        inputs: { file: 'STRING' },
        outputs: { said: 'STRING' },
        task: { dependentTasks: ['write'], inputs: { parameters: { file } } },
      },
    },
    pipelineConfig: { workspace: { size: '1Gi' } },
  });
  const request = requestFor(
    pipeline({ name: 'shell' }, () => {}),
    { pipelineSpec },
  );
  const { id, tasks } = await test.engine.wait(await test.engine.submit(request));
  const folder = workspaceFolder(`${test.folder}/${id}`);
  expect(tasks.map(({ outputs }) => outputs.parameters)).toEqual([{ folder }, { said: 'shared' }]);
  expect(existsSync(folder)).toBe(false);
});
