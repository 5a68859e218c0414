import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PipelineSpec } from '../ir.ts';
import { sweepIfOld } from './checkpoints.ts';

/**
 * A folder that all tasks of a run share (`{{$.workspace_path}}`), as a volume is on Kubeflow. It is removed once the run has
 * succeeded; a run that is resumed finds what it had there.
 */
export function workspaceFolder(runFolder: string): string {
  return join(runFolder, 'workspace');
}

export function usesWorkspace(spec: PipelineSpec): boolean {
  return JSON.stringify(spec).includes('{{$.workspace_path}}');
}

export async function makeWorkspace(runFolder: string): Promise<void> {
  await mkdir(workspaceFolder(runFolder), { recursive: true, mode: 0o700 });
}

export async function removeWorkspace(runFolder: string): Promise<void> {
  await rm(workspaceFolder(runFolder), { recursive: true, force: true });
}

/** Removes that of a run which nobody will resume any more. */
export async function sweepWorkspace(runFolder: string, now: Date): Promise<void> {
  if (existsSync(workspaceFolder(runFolder))) await sweepIfOld(workspaceFolder(runFolder), now);
}
