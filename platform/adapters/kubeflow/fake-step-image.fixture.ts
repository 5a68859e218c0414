import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IrContainer } from '@visavox/pipelines/ir';
import { launcherCommand } from './step/launched.ts';

/** The step image on a machine without containers: its launcher, and what Kubeflow does with what it does not know. */
export interface StepImage {
  /** Where the launcher is found. */
  readonly bin: string;
  /** Starts a container's command as Kubeflow does. */
  start(container: IrContainer): void;
  remove(): Promise<void>;
}

/** So that this machine's engine leaves them to the launcher, as Kubeflow leaves what it does not know. */
const [placeholder, hidden] = ['{{$.inputs.artifacts[', '{{%.inputs.artifacts['];

/** In the place of Kubeflow's own launcher: placeholders that it does not know are left as they are. */
const kubeflowLauncher = `
import { spawn } from 'node:child_process';
const [told, ...command] = process.argv.slice(2);
const words = command.map((word) => (word === told ? told : word.replaceAll(${JSON.stringify(hidden)}, ${JSON.stringify(placeholder)})));
const child = spawn(words[0], words.slice(1), { stdio: 'inherit' });
process.on('SIGTERM', () => child.kill());
child.on('exit', (code) => process.exit(code ?? 1));
`;

export async function stepImage(): Promise<StepImage> {
  const bin = await mkdtemp(join(tmpdir(), 'visavox-step-image-'));
  const typescript = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = join(import.meta.dirname, 'launcher', 'main.ts');
  const launch = `#!/bin/sh\nexec '${process.execPath}' --import '${typescript}' '${main}' "$@"\n`;
  await writeFile(join(bin, launcherCommand), launch, { mode: 0o755 });
  const kubeflow = join(bin, 'kubeflow-launcher.mjs');
  await writeFile(kubeflow, kubeflowLauncher);
  return {
    bin,
    start(container) {
      const words = [...(container.command ?? []), ...(container.args ?? [])];
      const left = words.map((word) => word.replaceAll(placeholder, hidden));
      container.command = [process.execPath, kubeflow, '{{$}}', ...left];
      delete container.args;
    },
    remove: () => rm(bin, { recursive: true, force: true }),
  };
}
