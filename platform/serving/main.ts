#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { serve } from './serve.ts';

const usage = `Serves the .onnx models of a bundle over the Open Inference Protocol v2.

visavox-serve FOLDER [option …]          each option is also a variable of the environment

  --expect DIGEST             refuse any bundle but this one          VISAVOX_EXPECT
  --only NAME,NAME…           the models to serve, default all        VISAVOX_ONLY
  --plain                     a folder without manifest, unchecked
  --host ADDRESS              default 0.0.0.0                         VISAVOX_HOST
  --http-port PORT            default 8080                            VISAVOX_HTTP_PORT
  --grpc-port PORT            default 8081, "off" for REST alone       VISAVOX_GRPC_PORT
  --threads N                 default: one a core                     VISAVOX_THREADS
  --queue N                   requests that may wait, default 128     VISAVOX_QUEUE
  --batching auto|on|off      run waiting requests together: where it pays (default), wherever it may, never
                                                                      VISAVOX_BATCHING
  --max-request-bytes N       default 67108864                        VISAVOX_MAX_REQUEST_BYTES
  --linger-seconds N          on SIGTERM, how long new requests are still taken, default 3
                                                                      VISAVOX_LINGER_SECONDS
`;

const whole = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
const Settings = z.object({
  folder: z.string({ error: 'name the folder with the bundle' }),
  expect: Digest.optional(),
  only: z
    .string()
    .transform((names) => names.split(','))
    .optional(),
  plain: z.boolean().default(false),
  host: z.string().default('0.0.0.0'),
  'http-port': whole(0, 65_535).default(8080),
  'grpc-port': z.union([z.literal('off').transform(() => null), whole(0, 65_535)]).default(8081),
  threads: whole(1, 256).optional(),
  queue: whole(0, 100_000).optional(),
  batching: z.enum(['auto', 'on', 'off']).default('auto'),
  'max-request-bytes': whole(1, 2 ** 31).default(64 * 1024 * 1024),
  'linger-seconds': whole(0, 3600).default(3),
});
const optionNames = [
  'expect',
  'only',
  'host',
  'http-port',
  'grpc-port',
  'threads',
  'queue',
  'batching',
  'max-request-bytes',
  'linger-seconds',
] as const;

function parseSettings(argv: readonly string[], environment: NodeJS.ProcessEnv): z.infer<typeof Settings> {
  const named = Object.fromEntries(optionNames.map((name) => [name, { type: 'string' as const }]));
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { ...named, plain: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new Error(`one folder is served, not ${positionals.length}`);
  const fromEnvironment = optionNames.flatMap((name) => {
    const value = environment[`VISAVOX_${name.toUpperCase().replaceAll('-', '_')}`];
    return value ? [[name, value] as const] : [];
  });
  const parsed = Settings.safeParse({
    ...Object.fromEntries(fromEnvironment),
    ...values,
    folder: positionals[0],
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
}

function log(event: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}

async function main(): Promise<void> {
  let settings: z.infer<typeof Settings>;
  try {
    settings = parseSettings(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  try {
    const serving = await serve({
      folder: settings.folder,
      plain: settings.plain,
      expected: settings.expect,
      only: settings.only,
      host: settings.host,
      httpPort: settings['http-port'],
      grpcPort: settings['grpc-port'],
      threads: settings.threads,
      queue: settings.queue,
      batching: settings.batching,
      maxRequestBytes: settings['max-request-bytes'],
      log: (error) => log({ level: 'error', message: messageOf(error), stack: (error as Error).stack }),
      onLost: (error) => {
        throw error;
      },
    });
    const { httpPort, grpcPort, bundle, models } = serving;
    log({
      level: 'info',
      message: 'ready',
      httpPort,
      grpcPort,
      bundle,
      models,
      afterMilliseconds: Math.round(process.uptime() * 1000),
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log({ level: 'info', message: `draining after ${signal}` });
        void serving
          .stop(settings['linger-seconds'] * 1000)
          .then(() => log({ level: 'info', message: 'stopped' }));
      });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log({ level: 'error', code: error.code, message: error.message, action: error.action });
    process.exitCode = 1;
  }
}

await main();
