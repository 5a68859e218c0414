import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isPythonSetUp, setUpPython } from './python-environment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavox-set-up-'));
});
afterEach(() => {
  delete process.env.PYTHON;
  rmSync(folder, { recursive: true, force: true });
});

/** A Python that makes environments of a `python` that does as it is told, and of a `uv` that succeeds. */
function pretendedPython(python: string): void {
  const program = join(folder, 'pretended-python');
  const script = [
    '#!/bin/sh',
    'if [ "$1" = -c ]; then echo 3.12.1; exit; fi',
    'mkdir -p "$3/bin"',
    `printf '#!/bin/sh\\n%s\\n' '${python}' > "$3/bin/python"`,
    `printf '#!/bin/sh\\necho "$@" >> "${folder}/installed"\\n' > "$3/bin/uv"`,
    'chmod +x "$3/bin/python" "$3/bin/uv"',
  ];
  writeFileSync(program, script.join('\n'), { mode: 0o755 });
  process.env.PYTHON = program;
}

const setUpFolder = () => join(folder, 'set-up');

it('is made once, of what is locked', async () => {
  pretendedPython('exit 0');
  expect(isPythonSetUp(setUpFolder())).toBe(false);
  await setUpPython(setUpFolder());
  expect(isPythonSetUp(setUpFolder())).toBe(true);
  await setUpPython(setUpFolder());
  expect(readFileSync(join(folder, 'installed'), 'utf8').trim().split('\n')).toEqual([
    expect.stringMatching(/^pip install .*requirements\.lock$/),
  ]);
});

it('begins anew where it was killed half-way, and what it had started ends as well', async () => {
  const note = join(folder, 'process');
  pretendedPython(`echo $$ > "${note}.new"; mv "${note}.new" "${note}"; exec sleep 600`);
  const program = `
    import { setUp } from ${JSON.stringify(join(import.meta.dirname, 'steps.mjs'))};
    import { pythonStep } from ${JSON.stringify(join(import.meta.dirname, 'python.mjs'))};
    await setUp(${JSON.stringify(setUpFolder())}, [pythonStep(${JSON.stringify(setUpFolder())})]);`;
  const killed = spawn(process.execPath, ['--input-type=module', '-e', program]);
  while (!existsSync(note)) await pause(20);
  killed.kill('SIGKILL');
  expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
  const started = Number(readFileSync(note, 'utf8'));
  while (isRunning(started)) await pause(20);
  writeFileSync(join(setUpFolder(), 'python', 'half-installed'), '');
  expect(isPythonSetUp(setUpFolder())).toBe(false);

  pretendedPython('exit 0');
  await setUpPython(setUpFolder());
  expect(isPythonSetUp(setUpFolder())).toBe(true);
  expect(existsSync(join(setUpFolder(), 'python', 'half-installed'))).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('says what failed, and what to do', async () => {
  pretendedPython('echo "no index is reachable" >&2; exit 1');
  await expect(setUpPython(setUpFolder())).rejects.toMatchObject({
    code: 'set_up_failed',
    message: expect.stringContaining('no index is reachable'),
    action: expect.stringContaining('pip config list'),
  });
  expect(isPythonSetUp(setUpFolder())).toBe(false);
});
