import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './testing/terminal.ts';

/** A "training" that is best at a rate of 0.25, and fails with a wrong activation. */
const pipeline = `
import { component, pipeline } from '${new URL('../pipelines/definition.ts', import.meta.url).pathname}';
const train = component({
  name: 'train',
  inputs: { rate: 'number', units: 'integer', activation: 'string' },
  outputs: { score: 'number' },
  command: ({ inputs, outputs }) => [
    'node', '-e',
    \`const [rate, units, activation, file] = process.argv.slice(1);
      if (activation === 'wrong') throw new Error('no such activation');
      if (activation === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
      require('fs').mkdirSync(require('path').dirname(file), { recursive: true });
      require('fs').writeFileSync(file, String(units / 100 - Math.abs(rate - 0.25)));\`,
    inputs.rate, inputs.units, inputs.activation, outputs.score.path,
  ],
});
export default pipeline(
  {
    name: 'fitting',
    parameters: {
      rate: 'number',
      units: { type: 'integer', default: 0 },
      activation: { type: 'string', default: 'relu' },
    },
  },
  (p) => void p.task(train, p.parameters),
);
`;

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open({
    'package.json': '{ "type": "module" }',
    'pipeline.ts': pipeline,
  });
  await terminal.up();
}, 120_000);
afterAll(() => terminal.close());

const visavox = (...words: string[]) => terminal.asks(...words);
const sweep = (...words: string[]) => visavox('sweep', 'pipeline.ts', '--maximize', 'score', ...words);

describe('a sweep', { timeout: 240_000 }, () => {
  it('tries every point of a grid, and says which was best', async () => {
    const space = ['--space', 'rate=0..0.5/0.25', '--space', 'units=16,32'];
    const found = await sweep('--sampler', 'grid', ...space, '--name', 'first');
    expect(found).toMatchObject({
      state: 'succeeded',
      begun: 6,
      best: { parameters: { rate: 0.25, units: 32 } },
    });
    expect(found.best.value).toBeCloseTo(0.32);
    const { runs } = await visavox('runs', 'list', '--sweep', found.id, '--sort', 'score', '--limit', '1');
    expect(runs).toMatchObject([
      { id: found.best.run, name: expect.stringMatching(/^first \d$/), sweep: found.id },
    ]);
    const { stdout } = await terminal.types('sweeps', 'show', 'first');
    expect(stdout).toMatch(/trial +rate +units +score +state +run\n[- ]+\n +\d +0\.25 +32 +0\.32 +succeeded/);
    expect(stdout).toContain(`The best is run ${found.best.run.slice(0, 8)}: rate=0.25 units=32`);
  });

  it('draws the same points for the same seed', async () => {
    const words = ['--space', 'rate=log:0.001..1', '--trials', '3', '--seed', '5'];
    const points = async () =>
      (await sweep(...words)).trials.map(({ parameters }: { parameters: unknown }) => parameters);
    const first = await points();
    expect(first).toHaveLength(3);
    expect(await points()).toEqual(first);
  });

  it('looks where it was good, by Optuna', async () => {
    const words = ['--space', 'rate=0..1', '--trials', '5', '--sampler', 'bayesian'];
    const found = await sweep(...words);
    expect(found).toMatchObject({ state: 'succeeded', begun: 5 });
    expect(
      new Set(found.trials.map(({ parameters }: { parameters: { rate: number } }) => parameters.rate)).size,
    ).toBe(5);
  });

  it('ends where its first trials all fail, with their reason', async () => {
    const { code, stdout } = await terminal.types(
      ...['sweep', 'pipeline.ts', '--maximize', 'score', '--space', 'activation=wrong', '--param', 'rate=1'],
      ...['--space', 'units=1..50', '--trials', '50', '--json'],
    );
    expect(code).toBe(1);
    const failed = JSON.parse(stdout);
    expect(failed).toMatchObject({ state: 'failed', reason: expect.stringContaining('trials failed') });
    expect(failed.begun).toBeLessThan(8);
  });

  it('is canceled with the trials that run, and goes on when it is resumed', async () => {
    const space = ['--space', 'activation=slow,relu', '--space', 'units=1,2'];
    const { id } = await sweep('--sampler', 'grid', ...space, '--param', 'rate=1', '--detach');
    const until = async (state: string) => {
      for (;;) {
        const now = await visavox('sweeps', 'show', id);
        if (now.state === state) return now;
        await new Promise((done) => setTimeout(done, 300));
      }
    };
    while ((await visavox('sweeps', 'show', id)).begun < 2)
      await new Promise((done) => setTimeout(done, 300));
    await visavox('sweeps', 'cancel', id.slice(0, 8));
    expect((await until('canceled')).trials).toMatchObject([{ state: 'canceled' }, { state: 'canceled' }]);
    expect((await visavox('sweeps', 'cancel', id)).error).toMatchObject({ code: 'sweep_finished' });
    await visavox('sweeps', 'resume', id);
    expect(await until('succeeded')).toMatchObject({
      begun: 4,
      best: { parameters: { activation: 'relu' } },
    });
  });

  it('goes on where it was when the server is killed', async () => {
    const { id } = await sweep('--space', 'rate=0..1', '--trials', '6', '--detach');
    while ((await visavox('sweeps', 'show', id)).begun === 0)
      await new Promise((done) => setTimeout(done, 100));
    terminal.killServer();
    await terminal.up();
    await terminal.types('sweeps', 'watch', id);
    const found = await visavox('sweeps', 'show', id);
    expect(found).toMatchObject({ state: 'succeeded', begun: 6 });
    expect(new Set(found.trials.map(({ run }: { run: string }) => run)).size).toBe(6);
  });

  it.each([
    [
      'a parameter that the pipeline does not have',
      ['--space', 'depth=1,2', '--param', 'rate=1'],
      'parameter_invalid',
    ],
    ['values of another type', ['--space', 'rate=low,high'], 'parameter_invalid'],
    ['a range of a text', ['--space', 'activation=0..1', '--param', 'rate=1'], 'sweep_invalid'],
    ['an empty range', ['--space', 'rate=1..0'], 'sweep_invalid'],
    ['a grid over all numbers', ['--space', 'rate=0..1', '--sampler', 'grid'], 'sweep_invalid'],
    ['a parameter that is missing', ['--space', 'units=1,2'], 'parameter_invalid'],
    ['no space', ['--param', 'rate=1'], 'sweep_invalid'],
    ['no trials', ['--space', 'rate=0..1', '--trials', '0'], 'request_invalid'],
    ['half a range', ['--space', 'rate=0..'], 'misuse'],
  ])('is refused before anything runs: %s', async (_, words, code) => {
    const before = (await visavox('sweeps', 'list')).sweeps.length;
    expect((await sweep(...words)).error).toMatchObject({ code });
    expect((await visavox('sweeps', 'list')).sweeps).toHaveLength(before);
  });

  it('says which metrics there are where none has its name', async () => {
    const { stdout } = await terminal.types(
      ...['sweep', 'pipeline.ts', '--minimize', 'loss', '--space', 'rate=0,1', '--sampler', 'grid', '--json'],
    );
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'failed',
      reason: 'no trial gave the metric loss; their runs have score',
    });
  });
});
