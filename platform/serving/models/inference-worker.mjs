// Runs the models of one thread. Plain JavaScript, since a worker that first has to load a TypeScript loader
// starts late. Messages: worker-messages.ts.
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { buffersOf, joinRows, splitRows } from './batch.mjs';
import { probeBatch } from './probe-batch.mjs';

const sessionOptions = {
  intraOpNumThreads: workerData.width,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // In the arena, which grows by doubling, weights would take up to twice their size.
  // Threads of a session that wait for work would take the time of the other sessions' threads.
  extra: { session: { use_device_allocator_for_initializers: '1', intra_op: { allow_spinning: '0' } } },
  // An error comes back to the caller; printing it as well would let callers fill the log.
  logSeverityLevel: 4,
};

/** @type {Map<string, import('onnxruntime-node').InferenceSession>} */
const sessions = new Map();

async function load() {
  for (const { name, path } of workerData.models) {
    try {
      sessions.set(name, await ort.InferenceSession.create(path, sessionOptions));
    } catch (error) {
      parentPort.postMessage({ kind: 'unloadable', model: name, message: error.message });
      parentPort.close();
      return;
    }
  }
  parentPort.postMessage({ kind: 'ready', models: [...sessions].map(describeModel) });
}

const describeModel = ([name, session]) => ({
  name,
  inputs: describe(session.inputMetadata),
  outputs: describe(session.outputMetadata),
});
const describe = (metadata) =>
  metadata.map(({ name, isTensor, type, shape }) => ({ name, type: isTensor ? type : 'no tensor', shape }));

async function infer(session, inputs, outputs) {
  const feeds = {};
  for (const { name, type, dims, data } of inputs) feeds[name] = new ort.Tensor(type, data, dims);
  const results = outputs ? await session.run(feeds, outputs) : await session.run(feeds);
  return (outputs ?? session.outputNames).map((name) => {
    const { type, dims, data } = results[name];
    return { name, type, dims, data };
  });
}

async function inferAlone(session, inputs, outputs) {
  try {
    return { outputs: await infer(session, inputs, outputs) };
  } catch (error) {
    return { message: error.message };
  }
}

/** Several jobs as one; when that fails each by itself, so that one job's fault is not the others'. */
async function inferTogether(session, jobs, outputs) {
  try {
    const together = await infer(session, joinRows(jobs), outputs);
    return splitRows(together, jobs).map((answer) => ({ outputs: answer }));
  } catch {
    const results = [];
    for (const inputs of jobs) results.push(await inferAlone(session, inputs, outputs));
    return results;
  }
}

async function run({ id, model, jobs, outputs }) {
  const session = sessions.get(model);
  const started = performance.now();
  const results =
    jobs.length === 1
      ? [await inferAlone(session, jobs[0], outputs)]
      : await inferTogether(session, jobs, outputs);
  const milliseconds = performance.now() - started;
  const inputBuffers = buffersOf(jobs.flat());
  const outputBuffers = buffersOf(results.flatMap((result) => result.outputs ?? []));
  const transfer = [...new Set([...inputBuffers, ...outputBuffers])];
  parentPort.postMessage({ kind: 'done', id, results, milliseconds, inputBuffers }, transfer);
}

async function probe({ id, model, size }) {
  const session = sessions.get(model);
  const outcome = await probeBatch(session.inputMetadata, size, (inputs) => infer(session, inputs)).catch(
    () => ({ same: false, gain: 0 }),
  );
  await loadAnew(model);
  parentPort.postMessage({ kind: 'probed', id, ...outcome });
}

/** A session keeps the memory of its largest run: of so many rows at once, which may never come again. */
async function loadAnew(name) {
  const { path } = workerData.models.find((model) => model.name === name);
  const before = sessions.get(name);
  try {
    sessions.set(name, await ort.InferenceSession.create(path, sessionOptions));
    await before.release();
  } catch {
    // It answered, so it goes on.
    sessions.set(name, before);
  }
}

// One after the other, so that the time of one run does not hold the run before it.
let last = Promise.resolve();
parentPort.on('message', (message) => {
  if (message.kind === 'run') last = last.then(() => run(message));
  else if (message.kind === 'probe') last = last.then(() => probe(message));
  else void last.then(() => parentPort.close());
});
await load();
