import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compilePython } from './compile-python.ts';
import { kfpSdk } from './fixtures/kfp-sdk.ts';
import { parsePipelineSpec, readPipelineSpec } from './read-ir.ts';

const python = kfpSdk()?.python;
let folder: string;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-python-'));
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

function compiled(path: string, pipeline?: string, environment: NodeJS.ProcessEnv = {}) {
  const active = { ...(python && { VIRTUAL_ENV: resolve(python, '..', '..') }), PATH: process.env.PATH };
  return compilePython(path, {
    pipeline,
    project: folder,
    environment: { ...active, ...environment },
    log: (line) => said.push(line),
  });
}

async function refusal(path: string, pipeline?: string, environment?: NodeJS.ProcessEnv): Promise<UserError> {
  const outcome = await compiled(path, pipeline, environment).catch((error: unknown) => error);
  if (!(outcome instanceof UserError)) throw new TypeError(`it was not refused: ${outcome}`);
  return outcome;
}

const step = `from kfp import dsl

@dsl.component
def add(a: int, b: int) -> int:
    return a + b
`;

describe.skipIf(!python)('a pipeline of the kfp SDK', { timeout: 120_000 }, () => {
  it('is compiled with what lies beside its file, and what it prints is seen', async () => {
    await file('amounts.py', 'MORE = 3\n');
    const path = await file(
      'pipeline.py',
      `${step}
from amounts import MORE
print("so much more:", MORE)

@dsl.pipeline(name="addition", description="Adds twice.")
def addition(start: int = 1):
    add(a=add(a=start, b=MORE).output, b=MORE)
`,
    );
    const spec = parsePipelineSpec(readPipelineSpec(await compiled(path)));
    expect(spec.pipelineInfo.name).toBe('addition');
    expect(Object.keys(spec.root.dag.tasks)).toEqual(['add', 'add-2']);
    expect(said).toContain('so much more: 3');
  });

  it('is the one that is no part of another, or the one that is asked for', async () => {
    const path = await file(
      'nested.py',
      `${step}
@dsl.pipeline
def inner(a: int) -> int:
    return add(a=a, b=1).output

@dsl.pipeline
def outer(a: int = 2):
    add(a=inner(a=a).output, b=2)
`,
    );
    const nameOf = async (pipeline?: string) =>
      parsePipelineSpec(readPipelineSpec(await compiled(path, pipeline))).pipelineInfo.name;
    expect(await nameOf()).toBe('outer');
    expect(await nameOf('inner')).toBe('inner');
    expect(await refusal(path, 'other')).toMatchObject({
      code: 'no_pipeline',
      action: 'Name one of inner, outer.',
    });
  });

  it('has to be chosen where there are several', async () => {
    const path = await file(
      'two.py',
      `${step}
@dsl.pipeline
def one():
    add(a=1, b=1)

@dsl.pipeline
def other():
    add(a=2, b=2)
`,
    );
    const error = await refusal(path);
    expect(error).toMatchObject({
      code: 'several_pipelines',
      action: 'Choose one by --pipeline NAME.',
    });
    expect(error.message).toContain('one, other');
  });

  it.each([
    ['a wrong name', 'import numpie\n', /broken\.py:1: ModuleNotFoundError: No module named 'numpie'/],
    ['a slip of the pen', 'def broken(:\n', /broken\.py:1: SyntaxError/],
    ['an end', 'import sys\nsys.exit(3)\n', /ended by itself with 3/],
    ['nothing', 'answer = 42\n', /has no pipeline/],
    [
      'a wrong type',
      `${step}
@dsl.pipeline
def wrong(a: str):
    add(a=a, b=1)
`,
      /broken\.py:\d+: InconsistentTypeException/,
    ],
  ])('says where the file has %s', async (_what, text, message) => {
    expect((await refusal(await file('broken.py', text))).message).toMatch(message);
  });

  it('finds the environment beside the file or above it', async () => {
    await symlink(resolve(python ?? '', '..', '..'), join(folder, '.venv'));
    await mkdir(join(folder, '.git'));
    const path = await file(
      'pipelines/daily.py',
      `${step}\n@dsl.pipeline\ndef daily():\n    add(a=1, b=1)\n`,
    );
    const text = await compiled(path, undefined, { VIRTUAL_ENV: '' });
    expect(readPipelineSpec(text)).toMatchObject({ pipelineInfo: { name: 'daily' } });
    expect(said[0]).toBe(`compiling with ${join(folder, '.venv')}`);
  });

  it('says what is missing where the environment has no SDK, and where there is no Python', async () => {
    const path = await file('daily.py', step);
    const empty = join(folder, 'empty');
    await file('empty/bin/python', '#!/bin/sh\nexec python3 -I -S "$@"\n');
    const { chmod } = await import('node:fs/promises');
    await chmod(join(empty, 'bin', 'python'), 0o755);
    expect(await refusal(path, undefined, { VIRTUAL_ENV: empty })).toMatchObject({
      code: 'kfp_missing',
      action: 'Install it there: pip install kfp, or uv add kfp.',
    });
    const nothing = { VIRTUAL_ENV: '', PATH: '/nowhere', VISAVOX_SETUP: '/nowhere' };
    expect(await refusal(path, undefined, nothing)).toMatchObject({ code: 'python_missing' });
  });
});

it('is refused where the file does not exist', async () => {
  expect(await refusal(join(folder, 'none.py'))).toMatchObject({ code: 'pipeline_unreadable' });
});
