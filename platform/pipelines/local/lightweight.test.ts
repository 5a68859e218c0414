import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import sumOfSquares from '../fixtures/sum-of-squares.ts';
import { readPipelineSpec } from '../read-ir.ts';
import { engineForTest, requestFor } from '../testing.ts';

const setup = process.env.VISAVOX_SETUP ?? fileURLToPath(new URL('../../../.visavox/setup', import.meta.url));

it('runs Python functions, branches and nested pipelines that the kfp SDK compiled', async () => {
  const test = await engineForTest({ path: [join(setup, 'python', 'bin')] });
  try {
    const yaml = readFileSync(new URL('../fixtures/control_flow.yaml', import.meta.url), 'utf8');
    const request = requestFor(sumOfSquares, {
      pipelineSpec: readPipelineSpec(yaml),
      parameters: { count: 1 },
    });
    const run = await test.engine.wait(await test.engine.submit(request));
    expect(run).toMatchObject({ state: 'succeeded', reason: null });
    // The SDK's own package, without what it depends on.
    expect(run.tasks.find((task) => task.name === 'goodbye')?.environment?.packages).toEqual(['kfp==2.17.0']);
    const found = (name: string) => run.tasks.find((task) => task.name === name);
    expect(found('guard/flip')?.outputs.parameters).toEqual({ Output: 'tails' });
    expect(found('guard/condition-branches-2/condition-3/make')?.state).toBe('skipped');
    expect(
      found('guard/condition-branches-2/condition-4/make-2')?.outputs.artifacts.out?.[0]?.metadata,
    ).toEqual({ letters: 1 });
    expect(found('guard/read')?.outputs.parameters).toEqual({ Output: 't' });
    expect(await test.engine.logs(run.id, 'goodbye')).toContain('goodbye');
  } finally {
    await test.close();
  }
}, 120_000);
