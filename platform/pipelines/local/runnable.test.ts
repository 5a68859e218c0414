import { afterAll, beforeAll, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import { shellSpec } from '../fixtures/shell-spec.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';

let test: EngineForTest;
beforeAll(async () => {
  test = await engineForTest();
});
afterAll(() => test.close());

const kfpFunction = ['python3', '-m', 'kfp.dsl.executor_main', '--function_to_execute', 'train'];

it('leaves what a component without an image runs to its project', async () => {
  const step = component({ name: 'step', command: ['sh', 'no-such-script.sh'] });
  const request = requestFor(pipeline({ name: 'own' }, (p) => void p.task(step)));
  const { state, reason } = await test.engine.wait(await test.engine.submit(request));
  expect(state).toBe('failed');
  expect(reason).toContain('no-such-script.sh');
});

it.each([
  ['a program that is not here', { command: ['no-such-trainer', '--epochs', '3'] }, 'runs no-such-trainer'],
  ['a path that is not here', { command: ['/app/train'] }, 'runs /app/train'],
  ['a script that is not in the code', { command: ['python3', 'train.py'], args: [] }, 'runs train.py'],
  [
    'a script that begins with one',
    { command: ['sh', '-c', 'no-such-tool -v'] },
    'runs no-such-tool in a script',
  ],
  [
    'a client of buckets',
    { command: ['sh', '-c', 'gsutil cat "$0"'], args: ["{{$.inputs.artifacts['data'].uri}}"] },
    '(reads?|runs gsutil|has a client of object stores)',
  ],
  ['no command at all', { command: [], args: [] }, 'only its image says what to run'],
  ['a function in an image', { command: kfpFunction, args: [] }, 'a function of Python that is in its image'],
  [
    'a job of a cloud',
    { image: 'gcr.io/ml-pipeline/google-cloud-pipeline-components:2.14.1', command: ['python3'] },
    'submits a job to Vertex AI',
  ],
])('refuses %s before anything starts, naming executor, image and place', async (_what, container, words) => {
  const pipelineSpec = shellSpec({
    tasks: { step: { script: '', container: { image: 'example.org/train:1', ...container } } },
  });
  const request = requestFor(
    pipeline({ name: 'shell' }, () => {}),
    { pipelineSpec },
  );
  await expect(test.engine.submit(request)).rejects.toMatchObject({
    code: 'image_needed',
    message: expect.stringMatching(
      new RegExp(`exec-step .*${words}.* Its image is .*, and containers are not`),
    ),
    details: { place: ['deploymentSpec', 'executors', 'exec-step', 'container'] },
  });
  expect(await test.runs.get(request.id)).toBeUndefined();
});
