import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { type EngineForTest, engineForTest } from '@visavox/pipelines/testing';
import { operatorToken, startTestServer, type TestServer } from './test-server.ts';

const bin = join(import.meta.dirname, '..', '..', '..', 'platform', 'cli', 'bin', 'visavox.mjs');

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** `visavox …` as an operator of the server. */
  visavox(...words: string[]): Promise<Said>;
  close(): void;
}

/** The real command line, in front of a test server that listens. */
export async function commandLine(server: TestServer): Promise<CommandLine> {
  const socket = serve({ fetch: server.app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((done) => socket.once('listening', done));
  const { port } = socket.address() as AddressInfo;
  const env = {
    ...process.env,
    VISAVOX_SERVER: `http://localhost:${port}`,
    VISAVOX_TOKEN: operatorToken,
  };
  return {
    visavox: (...words) =>
      new Promise((done) => {
        execFile(process.execPath, [bin, ...words], { env }, (error, stdout, stderr) =>
          done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
        );
      }),
    close: () => socket.close(),
  };
}

export interface CommandLineWithEngine extends Omit<CommandLine, 'close'> {
  readonly server: TestServer;
  readonly engine: EngineForTest;
  close(): Promise<void>;
}

/** The same in front of a server whose runs are real. */
export async function commandLineWithEngine(): Promise<CommandLineWithEngine> {
  const engine = await engineForTest();
  const server = await startTestServer({ engine: engine.engine, objects: engine.objects });
  const line = await commandLine(server);
  const close = async () => {
    line.close();
    await server.close();
    await engine.close();
  };
  return { server, engine, visavox: line.visavox, close };
}
