import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadPipeline } from './load-pipeline.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-load-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const refused = new UserError({
  kind: 'invalid',
  code: 'setting_unsupported',
  message: 'The executor exec-train asks for 4 GPUs.',
  action: 'Ask for fewer.',
  details: { place: ['deploymentSpec', 'executors', 'exec-train'] },
});

it('says the line of a compiled file that the server names the place of', async () => {
  const file = join(folder, 'pipeline.yaml');
  await writeFile(file, '# Name: train\ndeploymentSpec:\n  executors:\n    exec-train: {}\n');
  const { pipelineSpec, withLine } = await loadPipeline(file, { log: () => {} });
  expect(pipelineSpec).toEqual({ deploymentSpec: { executors: { 'exec-train': {} } } });
  expect(withLine(refused)).toMatchObject({
    message: `${file}, line 4: The executor exec-train asks for 4 GPUs.`,
    details: { line: 4 },
  });
});

it('leaves the error of a pipeline in TypeScript as it is, which has no such lines', async () => {
  const file = join(folder, 'pipeline.mjs');
  const task = '{ name: "step", command: ["true"] }';
  const definition = new URL('../../pipelines/definition.ts', import.meta.url).href;
  await writeFile(
    file,
    `import { component, pipeline } from ${JSON.stringify(definition)};\nexport default pipeline({ name: 'train' }, (p) => void p.task(component(${task})));\n`,
  );
  const { withLine } = await loadPipeline(file, { log: () => {} });
  expect(withLine(refused)).toBe(refused);
});
