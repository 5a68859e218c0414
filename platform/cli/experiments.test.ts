import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { doubleGraph, echoGraph, onnxFile } from '@visavox/serving/testing/onnx-file';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Terminal } from './testing/terminal.ts';

/** A "training" whose model is a file of the data. */
const train = component({
  name: 'train',
  inputs: { numbers: 'dataset-version', which: 'string' },
  outputs: { model: 'model', errors: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'cp "$0/$1.onnx" "$2"; printf 0.5 > "$3"'],
    ...[inputs.numbers.path, inputs.which, outputs.model.path, outputs.errors.path],
  ],
});
const parameters = { numbers: 'dataset-version', which: { type: 'string', default: 'echo' } } as const;
const training = pipeline({ name: 'training', parameters }, (p) => void p.task(train, p.parameters));

let terminal: Terminal;
/** Releases of the first and the second version. */
let champion: string;
let challenger: string;

beforeAll(async () => {
  terminal = await Terminal.open({
    'training.json': JSON.stringify(compile(training)),
    'visavox.config.yaml': `
name: numbers
models:
  numbers:
    pipeline: training.json
    dataset: numbers
    gate: { errors: { better: lower } }
`,
  });
  await mkdir(join(terminal.folder, 'data'));
  await writeFile(join(terminal.folder, 'data', 'echo.onnx'), onnxFile(echoGraph));
  await writeFile(join(terminal.folder, 'data', 'double.onnx'), onnxFile(doubleGraph));
  await terminal.up();
  await terminal.types('data', 'import', 'data', '--name', 'numbers');
  champion = await proposed('echo');
  await terminal.asks('release', 'promote', champion);
}, 240_000);
afterAll(() => terminal.close());

/** The id of a release that is up beside the champion. */
async function proposed(which: string): Promise<string> {
  const { id } = await terminal.asks(
    ...['run', 'training.json', '--param', 'numbers=numbers', '--param', `which=${which}`],
  );
  const register = () => terminal.asks('models', 'register', 'numbers', '--from', id);
  // The registry comes up with MLflow, behind the platform.
  const { version } = await vi.waitFor(
    async () => {
      const registered = await register();
      expect(registered).toMatchObject({ version: expect.any(Number) });
      return registered;
    },
    { timeout: 120_000, interval: 2000 },
  );
  const proposal = await terminal.asks('release', 'propose', `numbers:${version}`, '--to', 'production');
  return proposal.id;
}

async function tell(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const token = await readFile(join(terminal.folder, '.visavox/home/secrets/operator.token'), 'utf8');
  const response = await fetch(`${terminal.url}/api/v1/experiments/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const at = new Date().toISOString();
const people = (count: number) => Array.from({ length: count }, (_, index) => `person ${index}`);
const begin = (...words: string[]) =>
  terminal.asks('experiments', 'begin', challenger, '--model', 'numbers', '--metric', 'refusals', ...words);

describe('a challenger', { timeout: 240_000 }, () => {
  it('is tested in the shadow of the champion, and becomes it when it surely errs less', async () => {
    challenger = await proposed('double');
    const { id, state } = await begin();
    expect(state).toBe('running');
    expect(await begin(), 'one at a time').toMatchObject({ error: { code: 'experiment_running' } });
    const outcomes = people(14).map((key) => ({
      ...{ request: `first ${key}`, key, at },
      ...{ champion: { refusals: 1 }, challenger: { refusals: 0 } },
    }));
    expect(await tell(`${id}/outcomes`, { outcomes })).toMatchObject({ status: 200, body: { counted: 14 } });
    const decided = await vi.waitFor(
      async () => {
        const shown = await terminal.asks('experiments', 'show', id);
        expect(shown.state).toBe('ended');
        return shown;
      },
      { timeout: 60_000, interval: 500 },
    );
    expect(decided).toMatchObject({
      decision: { outcome: 'promote', reason: expect.stringContaining('fewer refusals') },
      arms: [
        { arm: 'champion', release: champion, people: 14 },
        { arm: 'challenger', release: challenger, people: 14 },
      ],
      metrics: [{ name: 'refusals', role: 'primary' }],
    });
    const { releases } = await terminal.asks('release', 'status');
    expect(releases.find((one: { stage: string }) => one.stage === 'champion')).toMatchObject({
      id: challenger,
      reason: expect.stringContaining(id),
    });
    expect((await tell(`${id}/outcomes`, { outcomes })).body).toMatchObject({ code: 'experiment_ended' });
    const { stdout } = await terminal.types('experiments', 'show', id);
    expect(stdout, 'the evidence grows until it decides').toMatch(/refusals +▁[▁-▇]+█+ +▁+ /u);
    expect(decided, 'what is drawn stays out of the document').not.toHaveProperty('path');
  });

  it('serves its part of the people, the same ones each time, until somebody ends it', async () => {
    challenger = await proposed('echo');
    const { id } = await begin('--kind', 'ab');
    const expose = async (key: string) => (await tell(`${id}/exposures`, { key })).body;
    const first = await Promise.all(people(40).map(expose));
    expect(await Promise.all(people(40).map(expose))).toEqual(first);
    const { stdout } = await terminal.types('experiments', 'stop', id, '--reason', 'enough of it');
    expect(stdout).toContain('stopped: enough of it');
    expect(await terminal.asks('experiments', 'list')).toMatchObject({
      experiments: [
        { id, state: 'ended', people: 40, arms: [{ version: 2 }, { version: 1 }] },
        { decision: { outcome: 'promote' }, people: 14, arms: [{ version: 1 }, { version: 2 }] },
      ],
    });
    const { releases } = await terminal.asks('release', 'status');
    expect(releases.find((one: { id: string }) => one.id === challenger).stage).toBe('held-back');
  });
});
