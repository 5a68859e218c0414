import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import { type PackageIndex, packageIndex } from '../fixtures/package-index.ts';
import type { PipelineNode } from '../nodes.ts';
import { codeIn, type EngineForTest, engineForTest, requestFor } from '../testing.ts';

const setup = process.env.VISAVOX_SETUP ?? fileURLToPath(new URL('../../../.visavox/setup', import.meta.url));
const path = [join(setup, 'python', 'bin')];

let index: PackageIndex;
let environments: string;
let project: string;
let test: EngineForTest;

beforeAll(async () => {
  environments = await mkdtemp(join(tmpdir(), 'visavox-environments-'));
  index = await packageIndex([
    { name: 'weather', version: '1.0' },
    { name: 'weather', version: '2.0', requires: ['clouds'] },
    { name: 'clouds', version: '0.3' },
    { name: 'visavoxtides', version: '1.0' },
    { name: 'elsewhere', version: '1.0', platform: 'win_amd64' },
  ]);
});
afterAll(async () => {
  await index.close();
  await rm(environments, { recursive: true, force: true });
});
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'visavox-project-'));
  const code = () => codeIn(project, test.objects);
  test = await engineForTest({ path, environments, code, project });
});
afterEach(async () => {
  await test.close();
  await rm(project, { recursive: true, force: true });
});

async function run(definition: PipelineNode, changes = {}): Promise<RunRecord> {
  return test.engine.wait(await test.engine.submit(requestFor(definition, changes)));
}

function task(record: RunRecord, name: string): TaskRecord {
  const found = record.tasks.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no task ${name}`);
  return found;
}

const saidBy = (record: RunRecord) =>
  Object.fromEntries(record.tasks.map(({ name, outputs }) => [name, outputs.parameters.said]));

/** What kfp's SDK makes of `@component(packages_to_install=[…], pip_index_urls=[index])`, with this program for the function. */
const lightweight = (name: string, packages: string, program: string) =>
  component({
    name,
    outputs: { said: 'string' },
    command: ({ outputs }) => [
      'sh',
      '-c',
      `
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location --index-url ${index.url} --trusted-host ${index.url} ${packages} && "$0" "$@"
`,
      ...['sh', '-ec', 'python3 -c "$0" > "$1"', program, outputs.said.path],
    ],
  });

const says = 'import weather; print(weather.version, end="")';
const inItself = `import sys
try:
    import weather
    print("found", end="")
except ImportError:
    print("none", end="")`;

describe('the packages of a component', () => {
  it('are its own: two tasks that pin two versions see each its own, and a third sees neither', async () => {
    const record = await run(
      pipeline({ name: 'versions' }, (p) => {
        p.task(lightweight('old', "'weather==1.0'", says));
        p.task(lightweight('new', "'weather>=2'", says));
        p.task(
          component({
            name: 'bare',
            outputs: { said: 'string' },
            command: ({ outputs }) => ['sh', '-c', 'python3 -c "$0" > "$1"', inItself, outputs.said.path],
          }),
        );
      }),
    );
    expect(record).toMatchObject({ state: 'succeeded', reason: null });
    expect(saidBy(record)).toEqual({ old: '1.0', new: '2.0', bare: 'none' });
    expect(task(record, 'new').environment?.packages).toEqual(['clouds==0.3', 'weather==2.0']);
    expect(task(record, 'bare').environment).toBeUndefined();
    expect(task(record, 'old').environment?.digest).not.toBe(task(record, 'new').environment?.digest);
  });

  it('are installed once: the second task with the same ones asks nobody', async () => {
    const same = (program: string) =>
      pipeline({ name: 'same' }, (p) => {
        p.task(lightweight('ask', "'weather==1.0' 'clouds'", program));
      });
    await run(same(says));
    const asked = index.requests.length;
    const record = await run(same(`${says}; print("!", end="")`));
    expect(task(record, 'ask')).toMatchObject({
      state: 'succeeded',
      outputs: { parameters: { said: '1.0!' } },
    });
    expect(index.requests.length).toBe(asked);
    expect((await readdir(environments)).filter((name) => name.includes('.'))).toEqual([]);
  });

  it('are those of the run that is reproduced, whatever has come out since', async () => {
    const definition = pipeline({ name: 'visavoxtides' }, (p) => {
      p.task(lightweight('ask', 'visavoxtides', 'import visavoxtides; print(visavoxtides.version, end="")'));
    });
    const first = await run(definition);
    expect(saidBy(first)).toEqual({ ask: '1.0' });
    const lock = task(first, 'ask').environment?.lock;

    index.publish({ name: 'visavoxtides', version: '1.1' });
    await rm(environments, { recursive: true });
    const anew = { useCache: false };
    const reproduced = await run(definition, { ...anew, locks: { ask: lock } });
    expect(task(reproduced, 'ask')).toMatchObject({
      environment: task(first, 'ask').environment,
      outputs: { parameters: { said: '1.0' } },
    });
    expect(saidBy(await run(definition, anew))).toEqual({ ask: '1.1' });

    index.withdraw('visavoxtides', '1.0');
    await rm(environments, { recursive: true });
    await promisify(execFile)(join(setup, 'python', 'bin', 'uv'), ['cache', 'clean', 'visavoxtides']);
    const impossible = await run(definition, { ...anew, locks: { ask: lock } });
    expect(task(impossible, 'ask').reason).toContain('visavoxtides==1.0');
  });

  it('fail the task before it runs where there are none such, naming them, with the words of the resolver in the log', async () => {
    const marker = join(project, 'ran');
    const record = await run(
      pipeline({ name: 'impossible' }, (p) => {
        p.task(lightweight('wish', "'weather==9'", `open(${JSON.stringify(marker)}, 'w')`));
      }),
    );
    expect(record.state).toBe('failed');
    expect(task(record, 'wish').reason).toContain('weather==9');
    expect(task(record, 'wish').reason).toContain('Correct the packages');
    expect(await test.engine.logs(record.id, 'wish')).toContain('No solution found');
    expect(await readdir(project)).toEqual([]);
  });

  it('that exist for another platform only fail it as well', async () => {
    const record = await run(
      pipeline({ name: 'platform' }, (p) => {
        p.task(lightweight('wish', "'elsewhere==1.0'", 'pass'));
      }),
    );
    expect(task(record, 'wish').reason).toMatch(/elsewhere.*(platform|wheels)/s);
  });

  it('come from a requirements file of the project, whose hashes count', async () => {
    const reading = pipeline({ name: 'file' }, (p) => {
      p.task(
        component({
          name: 'read',
          environment: { requirements: 'requirements.txt' },
          outputs: { said: 'string' },
          command: ({ outputs }) => ['sh', '-c', 'python3 -c "$0" > "$1"', says, outputs.said.path],
        }),
      );
    });
    expect(task(await run(reading), 'read').reason).toContain('no such file');
    const lines = (hash: string) => `--index-url ${index.url}\nweather==1.0 --hash=sha256:${hash}\n`;
    await writeFile(join(project, 'requirements.txt'), lines(index.hash('weather', '1.0')));
    const record = await run(reading);
    expect(task(record, 'read')).toMatchObject({
      state: 'succeeded',
      outputs: { parameters: { said: '1.0' } },
    });
    expect(task(record, 'read').environment?.packages).toEqual(['weather==1.0']);
    expect(task(await run(reading), 'read').cached).toBe(true);
    await writeFile(join(project, 'requirements.txt'), lines('0'.repeat(64)));
    expect(task(await run(reading), 'read').reason).toMatch(/hash/i);
    await writeFile(
      join(project, 'requirements.txt'),
      `--index-url ${index.url}\nweather==2.0 --hash=sha256:${index.hash('weather', '2.0')}\n`,
    );
    expect(task(await run(reading), 'read').reason).toContain('clouds');
  });

  it('come from a uv.lock, which has to fit the pyproject.toml beside it', async () => {
    const declare = (requirement: string) =>
      writeFile(
        join(project, 'pyproject.toml'),
        `[project]\nname = "mine"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["${requirement}"]\n\n[[tool.uv.index]]\nurl = "${index.url}"\ndefault = true\n`,
      );
    await declare('weather==2.0');
    await promisify(execFile)(join(setup, 'python', 'bin', 'uv'), ['lock', '--quiet'], { cwd: project });
    const reading = pipeline({ name: 'locked' }, (p) => {
      p.task(
        component({
          name: 'read',
          environment: { uvLock: 'uv.lock' },
          outputs: { said: 'string' },
          command: ({ outputs }) => ['sh', '-c', 'python3 -c "$0" > "$1"', says, outputs.said.path],
        }),
      );
    });
    const step = task(await run(reading), 'read');
    expect(step).toMatchObject({
      state: 'succeeded',
      reason: null,
      outputs: { parameters: { said: '2.0' } },
    });
    expect(step.environment?.packages).toEqual(['clouds==0.3', 'weather==2.0']);
    await declare('weather==1.0');
    expect(task(await run(reading), 'read').reason).toContain('uv.lock');
  });

  it('that it installs while it runs are gone with it, also from the environment that it shares', async () => {
    const installs = `
import subprocess, sys
subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--index-url", "${index.url}", "weather==1.0"], check=True)
import weather
print(weather.version, end="")`;
    const record = await run(
      pipeline({ name: 'leftovers' }, (p) => {
        const first = p.task(lightweight('first', "'clouds'", installs));
        p.task(lightweight('second', "'clouds'", inItself)).after(first);
        const third = p.task(
          component({
            name: 'third',
            outputs: { said: 'string' },
            command: ({ outputs }) => ['sh', '-c', 'python3 -c "$0" > "$1"', installs, outputs.said.path],
          }),
        );
        p.task(
          component({
            name: 'fourth',
            outputs: { said: 'string' },
            command: ({ outputs }) => ['sh', '-c', 'python3 -c "$0" > "$1"', inItself, outputs.said.path],
          }),
        ).after(third);
      }),
    );
    expect(saidBy(record)).toEqual({ first: '1.0', second: 'none', third: '1.0', fourth: 'none' });
  });
});
