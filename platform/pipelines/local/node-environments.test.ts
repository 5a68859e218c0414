import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskRecord } from '@visavox/core/run';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import { type NpmPackages, npmPackages } from '../fixtures/npm-packages.ts';
import { codeIn, type EngineForTest, engineForTest, requestFor } from '../testing.ts';

let packages: NpmPackages;
let environments: string;
let project: string;
let test: EngineForTest;

beforeAll(async () => {
  environments = await mkdtemp(join(tmpdir(), 'visavox-environments-'));
  packages = await npmPackages();
});
afterAll(async () => {
  await packages.close();
  await rm(environments, { recursive: true, force: true });
});
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'visavox-project-'));
  const code = () => codeIn(project, test.objects);
  test = await engineForTest({ environments, code, project });
});
afterEach(async () => {
  await test.close();
  await rm(project, { recursive: true, force: true });
});

async function lay(folder: string, version: string): Promise<void> {
  const { manifest, lock } = await packages.project('weather', version);
  await mkdir(join(project, folder), { recursive: true });
  await writeFile(join(project, folder, 'package.json'), manifest);
  await writeFile(join(project, folder, 'package-lock.json'), lock);
  await writeFile(
    join(project, folder, 'step.cjs'),
    `require('node:fs').writeFileSync(process.argv[2], require('weather').version + ' in ' + ${JSON.stringify(folder)});`,
  );
}

const step = (name: string, folder: string) =>
  component({
    name,
    environment: { packageLock: `${folder}/package-lock.json` },
    outputs: { required: 'string', program: 'string' },
    command: ({ outputs }) => [
      ...['sh', '-ec', 'node "$0" "$1"; weather > "$2"'],
      ...[`${folder}/step.cjs`, outputs.required.path, outputs.program.path],
    ],
  });

async function run(...steps: ReturnType<typeof step>[]): Promise<readonly TaskRecord[]> {
  const definition = pipeline({ name: 'steps' }, (p) => {
    for (const one of steps) p.task(one);
  });
  return (await test.engine.wait(await test.engine.submit(requestFor(definition)))).tasks;
}

describe('a package-lock.json', () => {
  it('gives each step its own packages, and the programs that come with them', async () => {
    await lay('old', '1.0.0');
    await lay('new', '2.0.0');
    const tasks = await run(step('first', 'old'), step('second', 'new'));
    expect(tasks.map(({ reason, outputs }) => [reason, outputs.parameters])).toEqual([
      [null, { required: '1.0.0 in old', program: '1.0.0' }],
      [null, { required: '2.0.0 in new', program: '2.0.0' }],
    ]);
    expect(tasks.map(({ environment }) => environment?.packages)).toEqual([
      ['weather@1.0.0'],
      ['weather@2.0.0'],
    ]);
  });

  it('is installed once, and again only where its packages change', async () => {
    await lay('step', '3.0.0');
    await run(step('ask', 'step'));
    const asked = packages.requests.length;
    await writeFile(join(project, 'more.txt'), 'changed');
    expect(await run(step('ask', 'step'))).toMatchObject([{ state: 'succeeded', cached: false }]);
    expect(packages.requests.length).toBe(asked);
    await lay('step', '3.1.0');
    expect(await run(step('ask', 'step'))).toMatchObject([
      { cached: false, outputs: { parameters: { program: '3.1.0' } } },
    ]);
    expect((await readdir(environments)).filter((name) => name.includes('.'))).toEqual([]);
  });

  it('whose package is another than its hash says fails the task, in the words of npm', async () => {
    await lay('step', '4.0.0');
    const { lock } = await packages.project('weather', '4.0.0');
    await writeFile(
      join(project, 'step', 'package-lock.json'),
      lock.replace(/sha512-[^"]{8}/, 'sha512-AAAAAAAA'),
    );
    const [task] = await run(step('ask', 'step'));
    expect(task?.state).toBe('failed');
    expect(task?.reason).toMatch(/cannot be installed.*(EINTEGRITY|integrity)/s);
  });

  it.each([
    ['folders of the project', { 'node_modules/own': { link: true } }, 'is a folder of the project'],
    ['packages without a hash', { 'node_modules/own': { version: '1.0.0' } }, 'has no hash'],
  ])('with %s is refused before anything is installed', async (_, more, reason) => {
    await lay('step', '5.0.0');
    const { lock } = await packages.project('weather', '5.0.0');
    const { packages: locked, ...rest } = JSON.parse(lock);
    await writeFile(
      join(project, 'step', 'package-lock.json'),
      JSON.stringify({ ...rest, packages: { ...locked, ...more } }),
    );
    const [task] = await run(step('ask', 'step'));
    expect(task).toMatchObject({ state: 'failed', reason: expect.stringContaining(reason) });
    expect(task?.reason).toContain('npm install --package-lock-only');
  });
});
