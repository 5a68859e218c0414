// Runs the models of one thread. Plain JavaScript, since a worker that first has to load a TypeScript loader
// starts late, and so that the image's build can copy the file as an entry of its own.
// Messages: worker-messages.ts.
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';

/** One thread a session: many small requests share the machine better than one request spread over it. */
const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
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

const buffersOf = (tensors) => [
  ...new Set(tensors.flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data.buffer] : []))),
];

async function run({ id, model, inputs, outputs }) {
  try {
    const feeds = {};
    for (const { name, type, dims, data } of inputs) feeds[name] = new ort.Tensor(type, data, dims);
    const session = sessions.get(model);
    const started = performance.now();
    const results = outputs ? await session.run(feeds, outputs) : await session.run(feeds);
    const milliseconds = performance.now() - started;
    const answer = [];
    for (const name of outputs ?? session.outputNames) {
      const { type, dims, data } = results[name];
      answer.push({ name, type, dims, data });
    }
    const inputBuffers = buffersOf(inputs);
    const message = { kind: 'done', id, outputs: answer, milliseconds, inputBuffers };
    parentPort.postMessage(message, [...new Set([...inputBuffers, ...buffersOf(answer)])]);
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', id, message: error.message });
  }
}

// One after the other, so that the time of one run does not hold the run before it.
let last = Promise.resolve();
parentPort.on('message', (message) => {
  if (message.kind === 'run') last = last.then(() => run(message));
  else void last.then(() => parentPort.close());
});
await load();
