// onnxruntime alone, without any server: the limit. NETWORK SESSIONS THREADS_A_SESSION on the command line; each
// message { milliseconds } from the parent is one measurement, answered with { latencies, milliseconds }.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const [network, sessions, threads] = isMainThread ? process.argv.slice(2) : [];

if (isMainThread) {
  const workers = Array.from(
    { length: Number(sessions) },
    () => new Worker(new URL(import.meta.url), { workerData: { network, threads: Number(threads) } }),
  );
  const next = (worker) => new Promise((done) => worker.once('message', done));
  await Promise.all(workers.map(next));
  process.on('message', async ({ milliseconds }) => {
    const started = performance.now();
    const all = await Promise.all(
      workers.map((worker) => {
        const answer = next(worker);
        worker.postMessage(milliseconds);
        return answer;
      }),
    );
    process.send({ latencies: all.flat(), failed: 0, milliseconds: performance.now() - started });
  });
  process.send('ready');
} else {
  const ort = await import('onnxruntime-node');
  const session = await ort.InferenceSession.create(workerData.network, {
    intraOpNumThreads: workerData.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 4,
  });
  const pixels = Float32Array.from({ length: 150 * 150 * 3 }, (_, index) => (index * 37) % 255);
  const feeds = { image: new ort.Tensor('float32', pixels, [1, 150, 150, 3]) };
  await session.run(feeds);
  parentPort.on('message', async (milliseconds) => {
    const latencies = [];
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      const before = performance.now();
      await session.run(feeds);
      latencies.push(performance.now() - before);
    }
    parentPort.postMessage(latencies);
  });
  parentPort.postMessage('ready');
}
