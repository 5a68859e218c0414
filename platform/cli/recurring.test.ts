import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Terminal } from './testing/terminal.ts';

/** Compiled, as a project in Python alone has it. */
const report = `
pipelineInfo: { name: report }
root:
  inputDefinitions: { parameters: { word: { parameterType: STRING, defaultValue: none } } }
  dag:
    tasks:
      say:
        componentRef: { name: comp-say }
        inputs: { parameters: { word: { componentInputParameter: word } } }
        taskInfo: { name: say }
components:
  comp-say:
    executorLabel: exec-say
    inputDefinitions: { parameters: { word: { parameterType: STRING } } }
deploymentSpec:
  executors:
    exec-say:
      container: { image: any, command: [node, -e, 'console.log(process.argv[1])'], args: ["{{$.inputs.parameters['word']}}"] }
schemaVersion: 2.1.0
`;

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open({
    'report.yaml': report,
    'visavox.config.yaml': `
name: reporting
pipelines:
  each-second:
    pipeline: report.yaml
    parameters: { word: hello }
    triggers: [{ schedule: "* * * * * *" }]
  on-sales:
    pipeline: report.yaml
    triggers: [{ newVersion: sales }]
  by-hand:
    pipeline: report.yaml
`,
  });
  await terminal.up();
}, 120_000);
afterAll(() => terminal.close());

const runsOf = async (trigger: string) => {
  const { runs } = await terminal.asks('runs', 'list', '--limit', '100');
  return runs.filter((run: { trigger: string }) => run.trigger.includes(trigger));
};
const eventually = <T>(look: () => T) => vi.waitFor(look, { timeout: 60_000, interval: 500 });

it('a pipeline runs by its schedule, again and again, until it is paused', async () => {
  await eventually(async () => expect((await runsOf('schedule')).length).toBeGreaterThan(1));
  const { stdout } = await terminal.types('pipelines', 'pause', 'each-second');
  expect(stdout).toContain('each-second is paused');
  const [newest] = await eventually(async () => {
    const runs = await runsOf('schedule');
    expect(runs).toSatisfy((all: { state: string }[]) => all.every(({ state }) => state === 'succeeded'));
    return runs;
  });
  expect(newest, 'nobody asked for it').not.toHaveProperty('by');
  const logs = await terminal.types('runs', 'logs', newest.id);
  expect(logs.stdout).toContain('hello');
});

it('a new version of a dataset runs what waits for it', async () => {
  await mkdir(join(terminal.folder, 'sales'));
  await writeFile(join(terminal.folder, 'sales', 'sales.csv'), 'shop,sold\na,1\n');
  expect(await terminal.types('data', 'import', 'sales', '--name', 'sales')).toMatchObject({ code: 0 });
  await eventually(async () => expect(await runsOf('new version of sales')).toHaveLength(1));
});

it('one without triggers runs by hand, and the list says how each stands', async () => {
  const { run } = await terminal.asks('pipelines', 'run', 'by-hand');
  expect(await terminal.asks('runs', 'show', run)).toMatchObject({
    ...{ trigger: 'by hand', by: 'operator token' },
  });
  const { pipelines } = await terminal.asks('pipelines', 'list');
  expect(pipelines).toMatchObject([
    { name: 'each-second', paused: true, next: null },
    { name: 'on-sales', triggers: ['dataset sales'] },
    { name: 'by-hand', triggers: [], run },
  ]);
  const { code, stderr } = await terminal.types('pipelines', 'run', 'by-foot');
  expect(code).not.toBe(0);
  expect(stderr).toContain('Use one that is: each-second, on-sales, by-hand.');
});
