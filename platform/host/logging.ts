import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, type LoggerOptions, pino } from 'pino';

const largestBytes = 20 << 20;

const options: LoggerOptions = { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };

/** For an orchestrator that collects what its processes print. */
export function openStdoutLog(): Logger {
  return pino(options, pino.destination({ dest: 1, sync: true }));
}

/** One JSON line for each thing that happened, in a file; errors are on stderr as well. */
export async function openLog(folder: string): Promise<Logger> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'server.log');
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestBytes) await rename(file, `${file}.1`);
  return pino(
    options,
    pino.multistream([
      { level: 'info', stream: pino.destination({ dest: file, sync: true }) },
      { level: 'error', stream: process.stderr },
    ]),
  );
}
