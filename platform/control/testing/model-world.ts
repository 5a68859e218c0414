import { datasetVersion } from '@visavox/core/dataset';
import { type Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { RunRequest } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { isFinished } from '@visavox/core/run';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { ScriptedEngine } from '@visavox/pipelines/scripted-engine';
import { Controller } from '../controller.ts';
import type { ControllerResources } from '../controller-resources.ts';
import { ControllerState, stateKey } from '../controller-state.ts';
import type { Comparison } from '../gate.ts';
import type { OfferedModel } from '../offered-model.ts';
import type { TrainingResult, TrainingSubject } from '../training-subject.ts';
import { thresholds } from '../triggers/thresholds.ts';
import { MemoryControlState, MemoryReleaseStore } from './memory-stores.ts';

export const threshold = 3;
export const ports = ['engine', 'registry', 'target', 'subject', 'releases'] as const;
export type Port = (typeof ports)[number];

/** A model in an environment: what the application knows of it, outside of any controller. */
export class Place {
  readonly model: string;
  readonly environment: string;
  /** Grows with what is new. */
  items = 0;
  offer: OfferedModel | null = null;
  /** What the target was told last. */
  serving: string | null = null;
  hadChampion = false;

  constructor(model: string, environment: string) {
    this.model = model;
    this.environment = environment;
  }
}

/** The process died: nothing that it would have done afterwards happens. */
export class Killed extends Error {}
/** Waiting does not cure it. */
export class Broken extends Error {}
/** A promise was broken. */
export class Violation extends Error {}

export const away = new UserError({
  ...{ kind: 'unavailable', code: 'away', message: 'it does not answer', action: 'Wait.' },
});

const train = component({ name: 'train', inputs: {}, outputs: {}, command: () => ['true'] });
const string = { type: 'string', default: '' } as const;
/** One a version of the software. */
const pipelines = [1, 2, 3].map((version) =>
  compile(
    pipeline(
      {
        name: `training-${version}`,
        parameters: { model: string, environment: string, champion: string, base: string },
      },
      (p) => void p.task(train, {}),
    ),
  ),
);

const comparisonOf = (difference: number): Comparison => ({
  units: 40,
  unitName: 'machines',
  metrics: [
    {
      metric: 'cost',
      champion: 0.5,
      candidate: 0.5 + difference,
      difference,
      low: difference,
      high: difference,
    },
  ],
});

/**
 * Two models in two environments with everything that outlives a process, in memory. Each call of a controller to it may
 * be the one at which the process dies, before or after its effect, and each port may fail. What must never happen throws
 * a {@link Violation} where it happens.
 */
export class ModelWorld {
  readonly places = [
    new Place('digits', 'test'),
    new Place('digits', 'production'),
    new Place('iris', 'test'),
    new Place('iris', 'production'),
  ];
  readonly releases = new MemoryReleaseStore(() => this.now());
  readonly state = new MemoryControlState();
  readonly engine = new ScriptedEngine();
  readonly faults = new Map<Port, 'away' | 'broken'>();
  readonly aliases = new Map<string, number>();
  /** Of the version of the software that runs. */
  pipeline = 0;
  /** Which call from now on is the last one of this process, and whether it still takes effect. */
  death: { calls: number; after: boolean } | null = null;
  /** Whether somebody asked for what is being done by hand. */
  byHand = false;
  violation: Violation | null = null;
  readonly #versions = new Map<string, Map<Digest, number>>();
  readonly #seen = new Map<Digest, number>();
  readonly #results = new Map<string, Comparison>();
  readonly #controllers = new Map<Place, Controller>();
  #dead = false;
  #clock = Date.parse('2026-01-01T00:00:00Z');
  #ids = 0;

  now(): Date {
    this.#clock += 1;
    return new Date(this.#clock);
  }

  wait(seconds: number): void {
    this.#clock += seconds * 1000;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** The controller of the process that runs now. */
  controller(place: Place): Controller {
    const running = this.#controllers.get(place);
    if (running) return running;
    const controller = new Controller(this.#resources(place));
    this.#controllers.set(place, controller);
    return controller;
  }

  /** A process that was killed begins anew. */
  restart(): void {
    this.#controllers.clear();
    this.#dead = false;
    this.death = null;
  }

  champion({ environment, model }: Place): Promise<Release | undefined> {
    return this.releases.champion(environment, model);
  }

  registerVersion(model: string, bundle: Digest): number {
    const versions = this.#versions.get(model) ?? new Map<Digest, number>();
    this.#versions.set(model, versions);
    const version = versions.get(bundle) ?? versions.size + 1;
    versions.set(bundle, version);
    return version;
  }

  versionsOf(model: string): number {
    return this.#versions.get(model)?.size ?? 0;
  }

  /** The run that a place waits for, unless it has ended. */
  async unfinished({ model, environment }: Place): Promise<string | undefined> {
    for (const [id, { parameters }] of this.engine.requests)
      if (parameters.model === model && parameters.environment === environment)
        if (!isFinished((await this.engine.get(id)).state)) return id;
    return undefined;
  }

  async finish(
    run: string,
    outcome: 'better' | 'worse' | 'failed' | 'report failed' | 'canceled',
  ): Promise<void> {
    if (outcome === 'canceled') return this.engine.cancel(run);
    if (outcome !== 'failed') this.#results.set(run, comparisonOf(outcome === 'worse' ? 0.2 : -0.2));
    const failed = outcome === 'failed' || outcome === 'report failed';
    await this.engine.finish(run, failed ? 'failed' : 'succeeded', {
      reason: failed ? 'a task failed' : null,
    });
  }

  /** Whether a run on what this place was trained on last had a result, or was canceled. */
  async wasTrained({ environment, model }: Place): Promise<boolean> {
    const stored = await this.state.get(stateKey(environment, model));
    const { trainedOn } = ControllerState.parse(stored);
    if (trainedOn === null) return true;
    for (const [id, { datasets }] of this.engine.requests)
      if (datasets.includes(trainedOn))
        if (this.#results.has(id) || (await this.engine.get(id)).state === 'canceled') return true;
    return false;
  }

  offer(place: Place, way: OfferedModel['way']): void {
    const bundle = digestOf(`offer ${++this.#ids}`);
    place.offer = { bundle, way, reason: 'a newer version of the software' };
  }

  #resources(place: Place): ControllerResources {
    const { model, environment } = place;
    return {
      ...{ model, environment, setsAlias: environment === 'production', retryAfterSeconds: 60 },
      counts: ['items'],
      triggers: [thresholds({ items: threshold })],
      policy: { minimumUnits: 10, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] },
      offerPolicy: {
        minimumUnits: 10,
        criteria: [{ metric: 'cost', rule: 'not-surely-worse', tolerance: 0 }],
      },
      subject: this.#mortal('subject', this.#subject(place)),
      state: this.#mortal(null, this.state),
      engine: this.#mortal('engine', {
        submit: (request: RunRequest) => this.#submit(place, request),
        get: (run: string) => this.engine.get(run),
      }),
      datasets: { latest: async () => undefined },
      releases: this.#mortal('releases', this.#guardedReleases(place)),
      target: this.#mortal('target', {
        prepare: async () => {},
        activate: (release: Release) => this.#activate(place, release),
        retire: async () => {},
      }),
      registry: this.#mortal('registry', {
        register: async ({ name, bundle }: { name: string; bundle: Digest }) => this.#version(name, bundle),
        get: async (name: string, version: number) => {
          const found = [...(this.#versions.get(name) ?? [])].find(([, known]) => known === version);
          if (!found) throw new Broken(`no version ${version}`);
          return this.#version(name, found[0]);
        },
        setAlias: async (name: string, _alias: string, version: number | null) => {
          if (version !== null) this.aliases.set(name, version);
        },
      }),
      newId: () => `run-${++this.#ids}`,
      now: () => this.now(),
      report: () => {},
    };
  }

  #version(name: string, bundle: Digest): TrainingResult['model'] {
    const version = this.registerVersion(name, bundle);
    return { name, version, bundle, run: null, createdAt: '2026-01-01T00:00:00.000Z', metrics: {} };
  }

  #subject(place: Place): TrainingSubject {
    const { model, environment } = place;
    return {
      countNew: async (since) => ({ items: place.items - (since ? (this.#seen.get(since) ?? 0) : 0) }),
      snapshot: async () => {
        const item = { digest: digestOf(''), bytes: 0, mediaType: 'text/plain', labels: {}, provenance: {} };
        const dataset = datasetVersion(`${model}-${environment}`, [{ key: `${place.items}`, ...item }]);
        this.#seen.set(dataset.digest, place.items);
        return dataset;
      },
      request: async (dataset, champion, base) => ({
        pipelineSpec: pipelines[this.pipeline % pipelines.length],
        parameters: { model, environment, champion: champion?.bundle ?? '', base: base ?? '' },
        datasets: [dataset],
        seed: 1,
      }),
      result: async ({ id }) => {
        const comparison = this.#results.get(id);
        return comparison ? { model: this.#version(model, digestOf(id)), comparison } : null;
      },
      candidate: async (_given, champion) => ({
        pipelineSpec: pipelines[this.pipeline % pipelines.length],
        parameters: { model, environment, champion: champion.bundle, base: '' },
        dataset: digestOf('made by hand'),
        ...{ datasets: [digestOf('made by hand')], seed: 1 },
      }),
      offered: async ({ bundle }) => (bundle === place.offer?.bundle ? null : place.offer),
    };
  }

  /** What is submitted was written down before, whole; and the engine never takes it for another run of the same id. */
  async #submit({ environment, model }: Place, request: RunRequest): Promise<string> {
    const { training } = ControllerState.parse(await this.state.get(stateKey(environment, model)));
    if (JSON.stringify(training?.request) !== JSON.stringify(request))
      this.#violated(`run ${request.id} was not written down before it was submitted`);
    try {
      return await this.engine.submit(request);
    } catch (error) {
      return this.#violated(`the engine refused ${request.id}: ${String(error)}`);
    }
  }

  async #activate(place: Place, release: Release): Promise<void> {
    const champion = await this.champion(place);
    if (champion?.id !== release.id) this.#violated(`${release.id} serves and was not promoted`);
    place.serving = release.id;
  }

  #guardedReleases(place: Place): MemoryReleaseStore {
    const promote = async (id: string, reason: string) => {
      if (!this.byHand) await this.#checkPromotion(place, id);
      await this.releases.promote(id, reason);
      place.hadChampion = true;
    };
    return new Proxy(this.releases, {
      get: (store, name) => (name === 'promote' ? promote : Reflect.get(store, name).bind(store)),
    });
  }

  /** What is released without anybody's hand: what never served, passed the gate, and was compared with who serves. */
  async #checkPromotion(place: Place, id: string): Promise<void> {
    const champion = await this.champion(place);
    const release = (await this.releases.list(place.environment)).find((one) => one.id === id);
    if (champion?.id === id) return;
    if (release?.model !== place.model) this.#violated(`${id} is not of ${place.model}`);
    if (release?.promotedAt) this.#violated(`${id} has served before, and nobody brought it back`);
    const run = /^release-(.*)$/.exec(id)?.[1];
    if (run === undefined) return;
    if ((this.#results.get(run)?.metrics[0]?.difference ?? 1) > 0)
      this.#violated(`${id} did not pass the gate`);
    const { parameters } = this.engine.requests.get(run) ?? {};
    if (parameters?.champion !== champion?.bundle)
      this.#violated(`${id} was compared with another champion than ${champion?.id}`);
    if (parameters?.environment !== place.environment) this.#violated(`${id} was trained for elsewhere`);
  }

  #violated(message: string): never {
    this.violation = new Violation(message);
    throw this.violation;
  }

  /** Counts calls and dies at the chosen one; a port that fails throws before its effect. */
  #mortal<T extends object>(port: Port | null, part: T): T {
    return new Proxy(part, {
      get: (object, name) => {
        const member = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (this.#dead) throw new Killed();
          const last = this.death !== null && this.death.calls-- === 0;
          if (last) this.#dead = true;
          if (last && !this.death?.after) throw new Killed();
          const fault = port && this.faults.get(port);
          if (fault) throw fault === 'away' ? away : new Broken(`${port} is broken`);
          const result = await member.apply(object, args);
          if (last) throw new Killed();
          return result;
        };
      },
    });
  }
}
