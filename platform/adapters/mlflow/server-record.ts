import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { ProcessIdentity } from '../processes/process-identity.ts';

/** Kept beside MLflow's data: its port, and which process serves it, so that whoever comes next finds it. */
const ServerRecord = z.object({
  port: z.number().int().min(1).max(65535),
  process: ProcessIdentity.nullable(),
  command: z.array(z.string()),
});

export interface ServerRecord {
  readonly port: number;
  readonly process: ProcessIdentity | null;
  readonly command: readonly string[];
}

const fileIn = (folder: string) => join(folder, 'server.json');

export async function readServerRecord(folder: string): Promise<ServerRecord | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  try {
    return text === undefined ? undefined : ServerRecord.parse(JSON.parse(text));
  } catch {
    // Cut short by a power cut; then no process of it is left either.
    return undefined;
  }
}

export async function writeServerRecord(folder: string, record: ServerRecord): Promise<void> {
  const temporary = `${fileIn(folder)}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
  await rename(temporary, fileIn(folder));
}

/** The wanted port where it is free, else any that is. */
export async function choosePort(wanted: number | undefined): Promise<number> {
  return (wanted === undefined ? undefined : await tryPort(wanted)) ?? (await tryPort(0)) ?? 0;
}

async function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
