import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface StartedPlatform {
  readonly process: ChildProcess;
  /** Once it has said where it answers. */
  readonly url: Promise<string>;
}

/** `visavox up` in a folder, at a port that is free. */
export function startUp({
  bin,
  folder,
  environment,
}: {
  readonly bin: string;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}): StartedPlatform {
  const server = spawn(process.execPath, [bin, 'up'], {
    ...{ cwd: folder, env: { ...environment, PORT: '0' } },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const url = new Promise<string>((ready, failed) => {
    server.stdout.on('data', (text) => {
      said += text;
      const found = /is ready: +(\S+)/.exec(said)?.[1];
      if (found) ready(found);
    });
    server.once('exit', (code) => failed(new Error(`exit ${code}: ${said}`)));
  });
  return { process: server, url };
}

/** Ends it as Ctrl-C does. One that has ended is left alone. */
export async function stop({ process: server }: StartedPlatform): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}
