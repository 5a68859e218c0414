import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ModelService } from '../models/model-service.ts';
import type { Inference } from '../models/session-pool.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Protocol = 'rest' | 'grpc';

/** What Prometheus reads; one registry a server, so that several may run in one process. */
export class ServingMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'model' | 'protocol' | 'outcome'>;
  readonly #total: Histogram<'model'>;
  readonly #waited: Histogram<'model'>;
  readonly #ran: Histogram<'model'>;
  readonly #together: Histogram<'model'>;

  constructor(service: ModelService) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: 'visavox_serving_requests_total',
      help: 'Inference requests, by what became of them (ok, or the code of the error)',
      labelNames: ['model', 'protocol', 'outcome'],
      registers,
    });
    const histogram = (name: string, help: string) =>
      new Histogram({ name, help, labelNames: ['model'], buckets: seconds, registers });
    this.#total = histogram('visavox_serving_request_seconds', 'From the whole request read to its answer');
    this.#waited = histogram('visavox_serving_queue_seconds', 'Wait for a free thread');
    this.#ran = histogram('visavox_serving_inference_seconds', 'onnxruntime alone');
    this.#together = new Histogram({
      name: 'visavox_serving_batch_jobs',
      help: 'Requests that ran as one with this one, itself included',
      labelNames: ['model'],
      buckets: [1, 2, 4, 8],
      registers,
    });
    gauge(registers, 'visavox_serving_waiting', 'Requests that wait for a thread', () => service.waiting);
    gauge(registers, 'visavox_serving_running', 'Requests that a thread has', () => service.running);
    gauge(registers, 'visavox_serving_ready', '1 once the models answer, 0 while draining', () =>
      service.ready ? 1 : 0,
    );
  }

  answered(model: string, protocol: Protocol, inference: Inference, totalMilliseconds: number): void {
    this.#requests.inc({ model, protocol, outcome: 'ok' });
    this.#total.observe({ model }, totalMilliseconds / 1000);
    this.#waited.observe({ model }, inference.waitedMilliseconds / 1000);
    this.#ran.observe({ model }, inference.ranMilliseconds / 1000);
    this.#together.observe({ model }, inference.together);
  }

  /** `model` must be one that is served, or '': names that callers make up would grow the registry without bound. */
  failed(model: string, protocol: Protocol, code: string): void {
    this.#requests.inc({ model, protocol, outcome: code });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function gauge(registers: Registry[], name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}
