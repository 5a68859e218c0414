import { readFileSync } from 'node:fs';
import { codeManifest } from '@visavox/core/code';
import { digestOf } from '@visavox/core/digest';
import { describe, expect, it } from 'vitest';
import { parsePipelineSpec, readPipelineSpec } from '../read-ir.ts';
import { lightweightSource, mayUse } from './lightweight.ts';

const file = (path: string) => ({ path, digest: digestOf(path), bytes: 1, executable: false });
const code = codeManifest(['helper.py', 'package/inner.py', 'configs/base.yaml', 'train.py'].map(file), []);
const own = (body: string) =>
  `\nimport kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n\ndef fit(word: str) -> str:\n${body}`;

describe('a Python function that kfp compiled', () => {
  it('is found in the command that runs it', () => {
    const text = readFileSync(new URL('../fixtures/control_flow.yaml', import.meta.url), 'utf8');
    const { executors } = parsePipelineSpec(readPipelineSpec(text)).deploymentSpec;
    const sources = Object.values(executors).map(
      ({ container }) => container && lightweightSource(container),
    );
    expect(sources.every((source) => source?.includes('def '))).toBe(true);
    expect(sources.map((source) => mayUse(source ?? '', code))).not.toContain(true);
    expect(lightweightSource({ command: ['python3', 'train.py'] })).toBeUndefined();
  });

  it.each([
    ['imports a module of the project', '    import helper\n', true],
    ['imports from a package of it', '    from package.inner import x\n', true],
    ['reads a file of it', "    open('configs/base.yaml')\n", true],
    ['looks around', '    import os\n    os.listdir()\n', true],
    ['imports what it is told', '    import importlib\n', true],
    ['starts a program', "    import subprocess\n    subprocess.run(['python', 'train.py'])\n", true],
    ['uses nothing of it', "    import numpy\n    return 'train'\n", false],
  ])('that %s', (_, body, uses) => {
    expect(mayUse(own(body), code)).toBe(uses);
    expect(mayUse(own(body), codeManifest([], []))).toBe(false);
  });
});
