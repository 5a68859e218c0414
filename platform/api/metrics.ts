import type { Controller } from '@visavox/control/controller';
import type { Experiments } from '@visavox/control/experiments/experiments';
import type { ReleaseStore } from '@visavox/core/ports';
import { standing } from '@visavox/core/release';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** From what is cached to a sign-in on a slow machine, in seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is looked at when somebody asks for metrics. */
interface Sources {
  readonly controllers: { readonly all: readonly Pick<Controller, 'model' | 'environment'>[] };
  readonly releases: Pick<ReleaseStore, 'list'>;
  readonly experiments: Pick<Experiments, 'running' | 'analysis'>;
  readonly services: () => Promise<readonly { readonly name: string; readonly healthy: boolean }[]>;
  readonly figures?: () => Promise<Readonly<Record<string, number>>>;
}

/** What Prometheus reads of a server; one registry each, so that several may run in one process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #release: Gauge<'model' | 'environment' | 'stage'>;
  readonly #service: Gauge<'service'>;
  readonly #figure: Gauge<'figure'>;
  readonly #experiment: Gauge<'experiment' | 'model' | 'environment' | 'kind'>;
  readonly #people: Gauge<'experiment' | 'arm'>;
  readonly #evidence: Gauge<'experiment' | 'metric' | 'of'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'visavox_http_request_duration_seconds',
      help: 'Requests, by the route that took them and how they were answered',
      labelNames: ['method', 'route', 'status'],
      ...{ buckets, registers },
    });
    const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
      new Gauge<L>({ name, help, labelNames: [...labelNames], registers });
    this.#release = gauge('visavox_release_version', 'The version that is released', [
      ...(['model', 'environment', 'stage'] as const),
    ]);
    this.#service = gauge('visavox_service_up', '1 where a part of the installation is healthy', ['service']);
    this.#figure = gauge('visavox_figure', 'What the project counts, such as people', ['figure']);
    this.#experiment = gauge('visavox_experiment_running', '1 while it runs', [
      ...(['experiment', 'model', 'environment', 'kind'] as const),
    ]);
    this.#people = gauge('visavox_experiment_people', 'People in each arm', ['experiment', 'arm']);
    this.#evidence = gauge(
      'visavox_experiment_log_evidence',
      'Natural logarithm of the highest e-value so far; of "wrong shares" for the check of how people are shared out',
      ['experiment', 'metric', 'of'],
    );
  }

  /** Around everything that is answered, refusals included. */
  get timed(): MiddlewareHandler {
    return async (c, next) => {
      const begun = performance.now();
      try {
        await next();
      } finally {
        // Paths that callers make up would grow the registry without bound.
        const route = matchedRoutes(c).findLast(({ path }) => !path.includes('*'))?.path ?? 'none';
        const labels = { method: methodOf(c.req.method), route, status: String(c.res.status) };
        this.#requests.observe(labels, (performance.now() - begun) / 1000);
      }
    };
  }

  /** In the text format of Prometheus. */
  async text(sources: Sources): Promise<{ readonly body: string; readonly contentType: string }> {
    const [released, experiments, services, figures] = await Promise.all([
      standingOf(sources),
      sources.experiments.running(),
      sources.services(),
      sources.figures?.() ?? noFigures,
    ]);
    const analyses = await Promise.all(
      experiments.map(async (one) => ({ ...one, analysis: await sources.experiments.analysis(one) })),
    );
    for (const gauge of [this.#release, this.#service, this.#figure, this.#experiment]) gauge.reset();
    for (const gauge of [this.#people, this.#evidence]) gauge.reset();
    for (const one of released)
      for (const stage of ['champion', 'challenger'] as const) {
        const release = one[stage];
        if (!release) continue;
        const { model, environment, version } = release;
        this.#release.set({ model, environment, stage }, version);
      }
    for (const { name, healthy } of services) this.#service.set({ service: name }, healthy ? 1 : 0);
    for (const [figure, value] of Object.entries(figures)) this.#figure.set({ figure }, value);
    for (const { id: experiment, model, environment, plan, analysis } of analyses) {
      this.#experiment.set({ experiment, model, environment, kind: plan.kind }, 1);
      for (const { arm, people } of analysis.arms) this.#people.set({ experiment, arm }, people);
      for (const { name: metric, reached } of analysis.metrics)
        for (const [of, evidence] of Object.entries(reached))
          this.#evidence.set({ experiment, metric, of }, evidence);
      this.#evidence.set({ experiment, metric: '', of: 'wrong shares' }, analysis.ratio);
    }
    return { body: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }
}

const noFigures: Readonly<Record<string, number>> = {};

function standingOf({ controllers, releases }: Sources) {
  return Promise.all(
    controllers.all.map(async ({ environment, model }) => standing(await releases.list(environment, model))),
  );
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function methodOf(method: string): string {
  return methods.has(method) ? method : 'other';
}
