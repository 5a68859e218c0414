import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, UserError } from '@visavox/core/errors';
import type { PipelineNode } from '@visavox/pipelines/nodes';

export interface Loading {
  /** The name of a pipeline in the file, where it has several. */
  readonly pipeline?: string | undefined;
  readonly log: (line: string) => void;
}

export interface LoadedPipeline {
  readonly pipelineSpec: unknown;
  /** The error of whoever reads it, with the line of the file where the file has one. */
  readonly withLine: (error: unknown) => unknown;
}

/** The compiled pipeline of a file: one of ours (.ts, .js), of the kfp SDK (.py), or compiled already (.yaml, .json). */
export async function loadPipeline(file: string, loading: Loading): Promise<LoadedPipeline> {
  if (!/\.(ya?ml|json)$/.test(file))
    return { pipelineSpec: await compilePipeline(file, loading), withLine: (error) => error };
  const { readPipelineSpec } = await import('@visavox/pipelines/read-ir');
  const { withLine } = await import('@visavox/pipelines/place');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError({
      kind: 'invalid',
      code: 'pipeline_unreadable',
      message: `${file} cannot be read: ${messageOf(cause)}`,
      action: 'Give a pipeline in TypeScript or Python, or compiled YAML.',
      cause,
    });
  });
  return {
    pipelineSpec: readPipelineSpec(text),
    withLine: (error) => (error instanceof UserError ? withLine(error, { file, text }) : error),
  };
}

async function compilePipeline(file: string, { pipeline: named, log }: Loading): Promise<unknown> {
  if (file.endsWith('.py')) {
    const { compilePython } = await import('@visavox/pipelines/compile-python');
    const { projectOf } = await import('./send-code.ts');
    const { readPipelineSpec } = await import('@visavox/pipelines/read-ir');
    return readPipelineSpec(
      await compilePython(file, { pipeline: named, project: projectOf(file), environment: process.env, log }),
    );
  }
  const loaded: { default?: unknown; pipeline?: unknown } = await import(
    pathToFileURL(resolve(file)).href
  ).catch((cause: unknown) => {
    throw new UserError({
      kind: 'invalid',
      code: 'pipeline_unreadable',
      message: `${file} cannot be loaded: ${messageOf(cause)}`,
      action: 'Correct the file, then run it again.',
      cause,
    });
  });
  const pipeline = loaded.default ?? loaded.pipeline;
  if (!isPipeline(pipeline)) {
    throw new UserError({
      kind: 'invalid',
      code: 'no_pipeline',
      message: `${file} exports no pipeline`,
      action: 'Export the pipeline as the default export.',
    });
  }
  const { compile } = await import('@visavox/pipelines/compile');
  return compile(pipeline);
}

function isPipeline(value: unknown): value is PipelineNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'pipeline';
}
