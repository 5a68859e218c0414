import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Terminal } from './testing/terminal.ts';

const root = resolve(import.meta.dirname, '../..');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const python = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
const environment = {
  ...{ VISAVOX_SETUP: setup, VISAVOX_PYTHON: python },
  PATH: [join(setup, 'python', 'bin'), process.env.PATH].join(delimiter),
};
const secret = 'not-to-be-seen-anywhere';

const config = (threshold: string) => `
name: irises
models:
  irises:
    pipeline: pipeline.json
    dataset: irises
    environments:
      - test
      - name: production
        after: test
        replicas: { max: 3 }
        resources: { cpu: 500m, memory: 2Gi }
        variables: { THRESHOLD: "${threshold}" }
        secrets: { TOKEN: IRISES_TOKEN }
    gate:
      accuracy: { better: higher }
`;
const learn = component({
  name: 'learn',
  inputs: { irises: 'dataset-version' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'cat "$0" > "$1"; printf 1 > "$2"'],
    ...[inputs.irises.path, outputs.model.path, outputs.accuracy.path],
  ],
});
const learning = pipeline({ name: 'irises', parameters: { irises: 'dataset-version' } }, (p) => {
  p.task(learn, { irises: p.parameters.irises });
});
/** Says what it found in its environment: only the length of what nobody is to see. */
const model = `
import os
import mlflow
import pandas as pd

class Surroundings(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: pd.DataFrame) -> pd.DataFrame:
        found = {"threshold": os.environ.get("THRESHOLD", ""), "token": len(os.environ.get("TOKEN", ""))}
        return pd.DataFrame([{**found, "threads": os.environ.get("OMP_NUM_THREADS", "")}])

mlflow.pyfunc.save_model("saved", python_model=Surroundings(), pip_requirements=["mlflow"])
`;

let she: Terminal;
beforeAll(async () => {
  she = await Terminal.open(
    {
      'visavox.config.yaml': config('0.5'),
      'pipeline.json': JSON.stringify(compile(learning)),
      'model.py': model,
    },
    environment,
  );
  await promisify(execFile)(python, ['model.py'], { cwd: she.folder });
}, 120_000);
afterAll(() => she?.close());

async function answered(where: string) {
  const token = await readFile(join(she.folder, '.visavox/home/secrets/operator.token'), 'utf8');
  const answer = await fetch(`${she.url}/api/v1/serving/${where}/irises/invocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ dataframe_records: [{ length: 1 }] }),
  });
  return (await answer.json()).predictions[0];
}

/** Tracking comes up behind the server. */
async function onceTracked(...words: string[]) {
  for (;;) {
    const said = await she.asks(...words);
    if (said.error?.code !== 'tracking_unavailable') return said;
  }
}

const proposed = (where: string) => onceTracked('release', 'propose', 'irises:1', '--to', where);

it('are served with what was declared when their release went out, until it is released again', {
  timeout: 600_000,
}, async () => {
  await she.up();
  expect(await onceTracked('models', 'register', 'irises', 'saved')).toMatchObject({ version: 1 });
  const tried = await proposed('test');
  await she.asks('release', 'promote', tried.id);
  expect(await answered('test')).toEqual({ threshold: '', token: 0, threads: '' });

  expect((await proposed('production')).error, 'before the server has the secret').toMatchObject({
    code: 'secret_missing',
    action: 'Start the server with IRISES_TOKEN set, and release again.',
  });
  expect((await she.types('environments', 'show', 'irises', 'production')).stdout).toContain(
    'Set IRISES_TOKEN for the server: nothing is released here until then.',
  );
  await she.restart({ IRISES_TOKEN: secret });

  const first = await proposed('production');
  const promoted = await she.types('release', 'promote', first.id);
  expect(promoted.stderr).toMatch(/^resources\.memory +- +2Gi$/m);
  expect(promoted.stderr).toMatch(/^secrets\.TOKEN +- +IRISES_TOKEN$/m);
  expect(await answered('production')).toEqual({ threshold: '0.5', token: secret.length, threads: '1' });
  expect(await answered('test'), 'the same files elsewhere').toEqual({
    threshold: '',
    token: 0,
    threads: '',
  });

  await writeFile(join(she.folder, 'visavox.config.yaml'), config('0.9'));
  await she.restart({ IRISES_TOKEN: secret });
  expect(await answered('production')).toMatchObject({ threshold: '0.5' });
  const list = await she.types('environments');
  expect(list.stdout).toMatch(/^irises +production +2 .* irises:1 +1$/m);
  const shown = await she.types('environments', 'show', 'irises', 'production');
  expect(shown.stdout).toMatch(/^variables\.THRESHOLD +0\.5 +0\.9$/m);
  expect(shown.stdout).toContain('resources.memory: no limit on one machine');
  expect(shown.stdout).toContain('visavox release propose irises:1 --to production');
  expect(await she.asks('environments', 'diff', 'irises', 'production:1', 'production:2')).toMatchObject({
    differences: [{ path: 'variables.THRESHOLD', from: '0.5', to: '0.9' }],
  });

  const again = await proposed('production');
  await she.asks('release', 'promote', again.id);
  expect(await answered('production')).toMatchObject({ threshold: '0.9' });
  expect(await she.asks('environments', 'show', 'irises', 'production')).toMatchObject({
    ...{ changes: [], todo: null, release: { id: again.id, settings: 2 } },
  });
  await she.asks('release', 'rollback', 'irises', '--environment', 'production');
  expect(await answered('production')).toMatchObject({ threshold: '0.5' });

  const said = [list, shown, promoted].map(({ stdout, stderr }) => stdout + stderr).join('');
  const log = await readFile(join(she.folder, '.visavox/home/logs/server.log'), 'utf8');
  const trace = await she.types('trace', 'model:irises:1', '--json');
  for (const text of [said, log, trace.stdout]) expect(text).not.toContain(secret);
  await rm(join(she.folder, 'saved'), { recursive: true });
});
