import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { encodeInferRequest } from '@visavox/serving/protocol/infer-request';
import type { Tensor } from '@visavox/serving/protocol/tensor';
import { type ModelServer, modelName, startModelServer } from './model-servers.ts';
import { usageOfTree } from './process-tree.ts';

const connectionCounts = [1, 8, 64] as const;
const rounds = 3;
const millisecondsARound = 2000;
const limits = {
  kserveFactor: 6,
  rawShareAt8: 0.7,
  p99OverRaw: 2,
  coldStartMilliseconds: 1000,
  megabytes: 200,
};

interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuMilliseconds: number;
  readonly failed: number;
}

interface Subject {
  readonly name: string;
  readonly pid: number;
  measure(connections: number, milliseconds: number): Promise<Answer>;
}

interface Answer {
  readonly latencies: readonly number[];
  readonly failed: number;
  readonly milliseconds: number;
}

/** As the recogniser uses it, two networks side by side, or one of them as it was published. */
export type FaceNetwork = 'whole' | 'published';

/** Of the picture that it takes, in pixels. */
const sides: Readonly<Record<FaceNetwork, number>> = { whole: 182, published: 150 };

const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '.visavox', 'setup');

async function networkFile(which: FaceNetwork, folder: string): Promise<string> {
  const networks = join(setup, 'networks');
  if (which === 'whole') return join(networks, `${modelName}.onnx`);
  const out = join(folder, 'published.onnx');
  const script = join(import.meta.dirname, 'peers', 'published_face_network.py');
  const python = join(setup, 'python', 'bin', 'python');
  const training = join(import.meta.dirname, '..', 'recognition', 'training');
  await promisify(execFile)(python, [script, join(networks, `${modelName}.keras`), out], {
    env: { ...process.env, PYTHONPATH: training },
  });
  return out;
}

export function benchServing(which: FaceNetwork) {
  return (print: (line: string) => void): Promise<boolean> => compareServers(which, print);
}

/**
 * One face network behind three model servers, and onnxruntime alone. All are up at once and take turns, so that
 * a noisy neighbour disturbs them alike; figures are medians over the rounds.
 */
async function compareServers(which: FaceNetwork, print: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-bench-'));
  const children: ChildProcess[] = [];
  const started: ModelServer[] = [];
  try {
    const network = await networkFile(which, folder);
    print(
      `serving: ${modelName}, ${which}, ${Math.round((sides[which] ** 2 * 12) / 1000)} KB a request, ${availableParallelism()} cores shared by server and client`,
    );
    for (const name of ['visavox', 'kserve', 'mlserver'] as const)
      started.push(await startModelServer(name, { folder, network }));
    const idle = new Map(started.map(({ name, process }) => [name, usageOfTree(process.pid ?? 0)]));
    const load = fork(join(import.meta.dirname, 'load-generator.mjs'));
    children.push(load);
    const raw = await Promise.all(
      (
        [
          [1, 1],
          [1, 2],
          [2, 1],
        ] as const
      ).map(async ([sessions, threads]) => {
        const child = fork(join(import.meta.dirname, 'raw-inference.mjs'), [
          network,
          `${sessions}`,
          `${threads}`,
        ]);
        children.push(child);
        await once(child, 'message');
        return subjectOfRaw(`raw, ${sessions} x ${threads} thread${threads > 1 ? 's' : ''}`, child);
      }),
    );
    const requests = preparedRequests(sides[which]);
    const subjects = [
      ...raw,
      ...started.map((server) => subjectOfServer(server, 'rest', requests, load)),
      ...started.map((server) => subjectOfServer(server, 'grpc', requests, load)),
    ];
    const results = await takeTurns(subjects, raw.length);
    printResults(print, results);
    for (const { name, coldStartMilliseconds, process } of started) {
      const after = usageOfTree(process.pid ?? 0).residentMegabytes;
      print(
        `  ${name.padEnd(10)} ready after ${(coldStartMilliseconds / 1000).toFixed(2)} s, resident ${idle.get(name)?.residentMegabytes.toFixed(0)} MB, after the load ${after.toFixed(0)} MB`,
      );
    }
    print(`  load of the machine at the end: ${loadavg()[0]?.toFixed(1)}`);
    return judge(print, results, started[0], idle.get('visavox')?.residentMegabytes ?? Number.NaN);
  } finally {
    for (const child of children) child.kill();
    for (const server of started) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Results = ReadonlyMap<string, ReadonlyMap<number, readonly Sample[]>>;

async function takeTurns(subjects: readonly Subject[], rawCount: number): Promise<Results> {
  const results = new Map<string, Map<number, Sample[]>>(subjects.map(({ name }) => [name, new Map()]));
  for (const subject of subjects) await subject.measure(1, 300);
  for (let round = 0; round < rounds; round++) {
    for (const connections of connectionCounts) {
      for (const [index, subject] of subjects.entries()) {
        if (index < rawCount && connections !== 1) continue;
        const before = usageOfTree(subject.pid).cpuMilliseconds;
        const { latencies, failed, milliseconds } = await subject.measure(connections, millisecondsARound);
        const sorted = [...latencies].sort((a, b) => a - b);
        const at = (share: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
        const samples = results.get(subject.name)?.get(connections) ?? [];
        samples.push({
          perSecond: (sorted.length * 1000) / milliseconds,
          p50: at(0.5),
          p99: at(0.99),
          cpuMilliseconds: (usageOfTree(subject.pid).cpuMilliseconds - before) / sorted.length,
          failed,
        });
        results.get(subject.name)?.set(connections, samples);
      }
    }
  }
  return results;
}

function median(samples: readonly Sample[], key: keyof Sample): number {
  const sorted = samples.map((sample) => sample[key]).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function printResults(print: (line: string) => void, results: Results): void {
  print(
    `  ${''.padEnd(24)} ${'conn'.padStart(4)} ${'per s'.padStart(8)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'CPU ms'.padStart(8)}  spread per s`,
  );
  for (const [name, byConnections] of results) {
    for (const [connections, samples] of byConnections) {
      const cell = (key: keyof Sample) => median(samples, key).toFixed(1).padStart(8);
      const all = samples.map(({ perSecond }) => perSecond);
      const failed = samples.reduce((sum, sample) => sum + sample.failed, 0);
      print(
        `  ${name.padEnd(24)} ${String(connections).padStart(4)} ${cell('perSecond')} ${cell('p50')} ${cell('p99')} ${cell('cpuMilliseconds')}  ${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}${failed > 0 ? `, ${failed} FAILED` : ''}`,
      );
    }
  }
}

/** Each round against the same round of the other: what disturbed one disturbed the other. */
function ratio(a: readonly Sample[], b: readonly Sample[], key: keyof Sample): number {
  const ratios = a
    .map((sample, round) => sample[key] / (b[round]?.[key] ?? Number.NaN))
    .sort((x, y) => x - y);
  return ratios[ratios.length >> 1] ?? Number.NaN;
}

function judge(
  print: (line: string) => void,
  results: Results,
  ours: ModelServer | undefined,
  idleMegabytes: number,
): boolean {
  const of = (name: string, connections: number) => results.get(name)?.get(connections) ?? [];
  const verdicts: [string, number, 'at least' | 'at most', number][] = connectionCounts.map((connections) => [
    `times kserve at ${connections}`,
    ratio(of('visavox rest', connections), of('kserve rest', connections), 'perSecond'),
    'at least',
    limits.kserveFactor,
  ]);
  const rawNames = [...results.keys()].filter((name) => name.startsWith('raw'));
  const best = rawNames.reduce((a, b) =>
    median(of(b, 1), 'perSecond') > median(of(a, 1), 'perSecond') ? b : a,
  );
  verdicts.push(
    [
      `of ${best} at 8`,
      ratio(of('visavox rest', 8), of(best, 1), 'perSecond'),
      'at least',
      limits.rawShareAt8,
    ],
    [
      'p99 at 1 over the p99 of raw',
      ratio(of('visavox rest', 1), of('raw, 1 x 1 thread', 1), 'p99'),
      'at most',
      limits.p99OverRaw,
    ],
    ['cold start in ms', ours?.coldStartMilliseconds ?? Number.NaN, 'at most', limits.coldStartMilliseconds],
    ['MB resident when ready', idleMegabytes, 'at most', limits.megabytes],
  );
  let within = true;
  for (const [what, value, sense, limit] of verdicts) {
    const kept = sense === 'at least' ? value >= limit : value <= limit;
    within &&= kept;
    print(`  ${kept ? 'kept  ' : 'MISSED'} ${value.toFixed(2)} ${what} (${sense} ${limit})`);
  }
  return within;
}

interface Prepared {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The same image for all: raw over REST where the server knows the extension, as JSON for mlserver, raw over gRPC. */
function preparedRequests(side: number): Readonly<Record<'binary' | 'json' | 'grpc', Prepared>> {
  const data = Float32Array.from({ length: side * side * 3 }, (_, index) => (index * 37) % 255);
  const image: Tensor = { name: 'image', datatype: 'FP32', shape: [1, side, side, 3], data };
  const { header, parts } = encodeInferRequest([image], undefined);
  const json = JSON.stringify({ inputs: [{ ...image, data: Array.from(data) }] });
  const message = grpcMessage({
    model_name: modelName,
    inputs: [{ name: image.name, datatype: image.datatype, shape: image.shape }],
    raw_input_contents: [new Uint8Array(data.buffer)],
  });
  return {
    binary: {
      headers: {
        'Content-Type': 'application/octet-stream',
        'Inference-Header-Content-Length': String(Buffer.byteLength(header)),
      },
      body: Buffer.concat([Buffer.from(header), ...parts]).toString('base64'),
    },
    json: { headers: { 'Content-Type': 'application/json' }, body: Buffer.from(json).toString('base64') },
    grpc: { headers: {}, body: message.toString('base64') },
  };
}

function grpcMessage(request: unknown): Buffer {
  const proto = fileURLToPath(import.meta.resolve('@visavox/serving/open-inference.proto'));
  const loaded = loadPackageDefinition(loadSync(proto, { keepCase: true })) as unknown as {
    inference: {
      GRPCInferenceService: { service: { ModelInfer: { requestSerialize(value: unknown): Buffer } } };
    };
  };
  const message = loaded.inference.GRPCInferenceService.service.ModelInfer.requestSerialize(request);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function subjectOfServer(
  server: ModelServer,
  transport: 'rest' | 'grpc',
  requests: ReturnType<typeof preparedRequests>,
  load: ChildProcess,
): Subject {
  const request =
    transport === 'grpc' ? requests.grpc : server.name === 'mlserver' ? requests.json : requests.binary;
  const job = {
    ...request,
    transport,
    port: transport === 'grpc' ? server.grpcPort : server.httpPort,
    path:
      transport === 'grpc' ? '/inference.GRPCInferenceService/ModelInfer' : `/v2/models/${modelName}/infer`,
  };
  return {
    name: `${server.name} ${transport}${request === requests.json ? ' (JSON)' : ''}`,
    pid: server.process.pid ?? 0,
    measure: (connections, milliseconds) => ask(load, { ...job, connections, milliseconds }),
  };
}

function subjectOfRaw(name: string, child: ChildProcess): Subject {
  return { name, pid: child.pid ?? 0, measure: (_, milliseconds) => ask(child, { milliseconds }) };
}

async function ask(child: ChildProcess, message: object): Promise<Answer> {
  const answer = once(child, 'message');
  child.send(message);
  const [result] = await answer;
  return result as Answer;
}
