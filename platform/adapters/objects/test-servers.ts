import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { freePort } from '../processes/free-port.ts';
import type { S3Location } from './s3-settings.ts';

const setup = process.env.VISAVOX_SETUP ?? resolve(import.meta.dirname, '../../../.visavox/setup');
const built = join(setup, 'test-servers');
const credentials = { accessKeyId: 'visavox-tests', secretAccessKey: 'secret-of-the-tests' };

/** What the AWS libraries of every language read. */
export const s3TestEnvironment = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: 'us-east-1',
} as const;

export interface S3TestServer {
  readonly endpoint: string;
  /** Where it keeps its objects; MinIO wraps them in a format of its own, versitygw keeps plain files. */
  readonly folder: string;
  /** A new, empty bucket. */
  newBucket(): Promise<string>;
  /** Another place in a bucket of its own. */
  newLocation(): Promise<S3Location>;
  stop(): Promise<void>;
}

const commands = {
  minio: (address: string, folder: string) => ['server', folder, '--address', address, '--quiet'],
  versitygw: (address: string, folder: string) => ['--port', address, '--quiet', 'posix', folder],
} as const;
export type S3Program = keyof typeof commands;

export function s3ServerInstalled(program: S3Program): boolean {
  try {
    accessSync(join(built, program));
    return true;
  } catch {
    return false;
  }
}

/** A server of our own on loopback, with its objects in a temporary folder. */
export async function startS3Server(program: S3Program): Promise<S3TestServer> {
  const folder = await mkdtemp(join(tmpdir(), `visavox-${program}-`));
  const address = `127.0.0.1:${await freePort()}`;
  const { accessKeyId: user, secretAccessKey: password } = credentials;
  const server = spawn(join(built, program), commands[program](address, folder), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH, HOME: folder },
      ...{ MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password, MINIO_UPDATE: 'off', MINIO_BROWSER: 'off' },
      ...{ ROOT_ACCESS_KEY: user, ROOT_SECRET_KEY: password },
    },
  });
  let said = '';
  server.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  const endpoint = `http://${address}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const newBucket = async () => {
    const bucket = `bucket-${buckets++}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  };
  let buckets = 0;
  await untilItAnswers(endpoint, server, () => said);
  return {
    ...{ endpoint, folder, newBucket },
    newLocation: async () => ({
      endpoint,
      region: 'us-east-1',
      bucket: await newBucket(),
      prefix: 'visavox',
    }),
    stop: async () => {
      client.destroy();
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
  };
}

/** Runs the tests on each S3 server that is installed here. */
export function describeOnEachS3Server(
  name: string,
  tests: (server: () => S3TestServer, program: S3Program) => void,
  programs: readonly S3Program[] = ['minio', 'versitygw'],
): void {
  for (const program of programs) {
    const installed = s3ServerInstalled(program);
    const why = installed ? '' : ', not built here: node scripts/test-servers.mjs';
    (installed ? describe : describe.skip)(`${name} (${program}${why})`, () => {
      let server: S3TestServer | undefined;
      beforeAll(async () => {
        Object.assign(process.env, s3TestEnvironment);
        server = await startS3Server(program);
      });
      afterAll(() => server?.stop());
      tests(() => {
        if (!server) throw new TypeError('the S3 server runs inside tests only');
        return server;
      }, program);
    });
  }
}

async function untilItAnswers(endpoint: string, server: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`the S3 server ended: ${said()}`);
    const answer = await fetch(endpoint).catch(() => undefined);
    // Starting, MinIO says so with 503; ready, both refuse a caller without credentials.
    if (answer && answer.status < 500) return;
    await pause(100);
  }
  throw new Error(`the S3 server does not answer: ${said()}`);
}
