import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type S3Program,
  type S3TestServer,
  s3ServerInstalled,
  s3TestEnvironment,
  startS3Server,
} from '@visavox/adapters/objects/test-servers';
import { freePort } from '@visavox/adapters/processes/free-port';
import { type PostgresServer, postgresInstalled, startPostgres } from '@visavox/adapters/sql/test-databases';
import { linkPlatform } from '../linked-platform.ts';
import { ServerProcess } from '../server-process.ts';
import { CutProxy } from './cut-proxy.ts';

/** A server of the platform with what it stands on, all of which can be killed, cut and brought back. */
export interface Stage {
  readonly server: ServerProcess;
  /** Its own, with everything that it keeps on this machine. */
  readonly home: string;
  /** What steps note in. */
  readonly ledger: string;
  /** Where temporary files go. */
  readonly temporary: string;
  readonly database: { readonly server: PostgresServer; readonly proxy: CutProxy } | undefined;
  readonly objects: CutProxy | undefined;
  /** What it stands on, in words. */
  readonly described: string;
  /** All but the server's folder. */
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (let last = closing.pop(); last; last = closing.pop()) await last();
  };
  try {
    const database = await openDatabase(closing);
    const program = (['versitygw', 'minio'] as const satisfies readonly S3Program[]).find(s3ServerInstalled);
    const objects = program && (await openObjects(program, closing));
    const server = await ServerProcess.ofProject(
      async (folder) => {
        await cp(join(import.meta.dirname, 'project'), folder, { recursive: true });
        return linkPlatform(folder);
      },
      (folder) => ({
        TMPDIR: join(folder, 'temporary'),
        ...(database && {
          DATABASE_URL: `postgres://visavox@127.0.0.1:${database.proxy.port}/postgres`,
        }),
        ...(objects && {
          ...s3TestEnvironment,
          AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${objects.proxy.port}`,
          VISAVOX_OBJECTS: `s3://${objects.bucket}/chaos`,
          // A bucket is nobody's own: it asks for a key that was chosen.
          VISAVOX_KEY: randomBytes(32).toString('hex'),
        }),
      }),
    );
    const temporary = join(server.home, 'temporary');
    await mkdir(temporary);
    return {
      ...{ server, temporary, database, objects: objects?.proxy, close },
      home: join(server.home, 'home'),
      ledger: join(server.home, 'ledger.jsonl'),
      described: `${database ? 'PostgreSQL' : 'the embedded database'}, objects in ${program ?? 'a folder'}`,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openDatabase(closing: (() => unknown)[]): Promise<Stage['database']> {
  if (!postgresInstalled) return undefined;
  const port = await freePort();
  const server = await startPostgres(['-h', '127.0.0.1', '-p', String(port)]);
  closing.push(() => server.remove());
  const proxy = await CutProxy.start(port);
  closing.push(() => proxy.close());
  return { server, proxy };
}

async function openObjects(
  program: S3Program,
  closing: (() => unknown)[],
): Promise<{ readonly proxy: CutProxy; readonly bucket: string }> {
  const server: S3TestServer = await startS3Server(program);
  closing.push(() => server.stop());
  const proxy = await CutProxy.start(Number(new URL(server.endpoint).port));
  closing.push(() => proxy.close());
  return { proxy, bucket: await server.newBucket() };
}

/** What a client signs in with; there once the server has started. */
export async function operatorToken({ home }: Pick<Stage, 'home'>): Promise<string> {
  return (await readFile(join(home, 'secrets', 'operator.token'), 'utf8')).trim();
}
