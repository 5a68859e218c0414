import { datasetVersion } from '@visavox/core/dataset';
import { type Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { ScriptedEngine } from '@visavox/pipelines/scripted-engine';
import { Controller } from '../controller.ts';
import type { ControllerResources } from '../controller-resources.ts';
import type { Comparison } from '../gate.ts';
import type { OfferedModel } from '../offered-model.ts';
import type { TrainingSubject } from '../training-subject.ts';
import { thresholds } from '../triggers/thresholds.ts';
import { MemoryControlState, MemoryReleaseStore } from './memory-stores.ts';

export const better: Comparison = {
  units: 40,
  unitName: 'machines',
  metrics: [{ metric: 'cost', champion: 0.5, candidate: 0.3, difference: -0.2, low: -0.3, high: -0.1 }],
};
export const worse: Comparison = {
  ...better,
  metrics: [{ metric: 'cost', champion: 0.3, candidate: 0.5, difference: 0.2, low: 0.1, high: 0.3 }],
};

export const away = new UserError({
  ...{ kind: 'unavailable', code: 'tracking_unavailable', message: 'the registry does not answer' },
  action: 'Wait.',
});

export const version1: Release = {
  id: 'first',
  environment: 'production',
  model: 'recogniser',
  version: 1,
  bundle: digestOf('one'),
  stage: 'preparing',
  reason: 'published',
  createdAt: '2026-01-01T00:00:00.000Z',
  promotedAt: null,
};

const train = component({ name: 'train', inputs: {}, outputs: {}, command: () => ['true'] });
/** What is trained by; another one after an upgrade. */
export const trainedBy = (name: string) =>
  compile(
    pipeline(
      { name, parameters: { champion: 'string', base: { type: 'string', default: 'none' } } },
      (p) => void p.task(train, {}),
    ),
  );

/** One world that survives a crash: stores, engine, and what the application sees. */
export class World {
  readonly releases = new MemoryReleaseStore(() => this.now());
  readonly state = new MemoryControlState();
  engine = new ScriptedEngine();
  readonly seenByDataset = new Map<string, number>();
  pipeline: unknown = trainedBy('training');
  comparison: Comparison = better;
  /** What came with the software. */
  offer: OfferedModel | null = null;
  readonly versions = new Map<Digest, number>([[version1.bundle, 1]]);
  registryAway = false;
  /** A run that failed had registered its model before. */
  registeredAnyway = false;
  /** What a run registers under. */
  modelName = 'recogniser';
  people = 0;
  serving = 'recogniser:1';
  alias = '';
  prepared: string[] = [];
  /** Why a release does not come up, while there is a reason. */
  trouble: string | undefined;
  clock = Date.parse('2026-01-02T00:00:00Z');
  ids = 0;
  /** Throws at this call to the outside, counted from zero: the process dies there. */
  crashAt = Number.POSITIVE_INFINITY;
  calls = 0;
  /** Dies when this was done, instead. */
  dieAfter: string | undefined;
  dead = false;
  engineAway = false;
  snapshotFault: Error | undefined;
  activationFault: Error | undefined;

  now(): Date {
    this.clock += 1000;
    return new Date(this.clock);
  }

  controller(changes: Partial<ControllerResources> = {}): Controller {
    this.dead = false;
    const subject: TrainingSubject = {
      countNew: async (since) => ({
        people: this.people - (since ? (this.seenByDataset.get(since) ?? 0) : 0),
      }),
      snapshot: async () => {
        if (this.snapshotFault) throw this.snapshotFault;
        const dataset = datasetVersion('people', [
          {
            key: `people-${this.people}`,
            digest: digestOf(''),
            bytes: 0,
            mediaType: 'text/plain',
            labels: {},
            provenance: {},
          },
        ]);
        this.seenByDataset.set(dataset.digest, this.people);
        return dataset;
      },
      request: async (dataset, champion, base) => ({
        pipelineSpec: this.pipeline,
        parameters: { champion: champion?.bundle ?? 'none', ...(base ? { base } : {}) },
        datasets: [dataset],
        seed: 1,
      }),
      result: async ({ id, state }) =>
        state === 'succeeded' || this.registeredAnyway
          ? { model: { ...modelOf(id), name: this.modelName }, comparison: this.comparison }
          : null,
      candidate: async ({ model }, champion) => ({
        pipelineSpec: this.pipeline,
        parameters: { champion: champion.bundle },
        ...{ dataset: digestOf(String(model)), datasets: [digestOf(String(model))], seed: 1 },
      }),
      offered: async (champion) => (champion.bundle === this.offer?.bundle ? null : this.offer),
    };
    const registry: ControllerResources['registry'] = {
      register: async ({ name, bundle }) => {
        if (this.registryAway) throw away;
        const version = this.versions.get(bundle) ?? this.versions.size + 1;
        this.versions.set(bundle, version);
        return { ...modelOf('none'), name, version, bundle, run: null };
      },
      get: async (name, version) => ({ ...modelOf('run'), name, version }),
      setAlias: async (name, _alias, version) => {
        this.alias = `${name}:${version}`;
      },
    };
    const target: ControllerResources['target'] = {
      prepare: async (release) => {
        if (this.trouble !== undefined) throw new Error(this.trouble);
        this.prepared.push(release.id);
      },
      activate: async (release) => {
        if (this.activationFault) throw this.activationFault;
        this.serving = `${release.model}:${release.version}`;
      },
      retire: async () => {},
    };
    return new Controller({
      model: 'recogniser',
      environment: 'production',
      setsAlias: true,
      counts: ['people'],
      triggers: [thresholds({ people: 5 })],
      retryAfterSeconds: 60,
      policy: { minimumUnits: 10, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] },
      offerPolicy: {
        minimumUnits: 10,
        criteria: [{ metric: 'cost', rule: 'not-surely-worse', tolerance: 0 }],
      },
      subject: this.#mortal(subject),
      state: this.#mortal(this.state),
      engine: this.#mortal(this.engine),
      datasets: { latest: async () => undefined },
      releases: this.#mortal(this.releases),
      target: this.#mortal(target),
      registry: this.#mortal(registry),
      newId: () => `run-${++this.ids}`,
      now: () => this.now(),
      report: () => {},
      ...changes,
    });
  }

  /** Counts calls and dies at the chosen one, half of the time before and half of the time after its effect. */
  #mortal<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (object, name) => {
        const member = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (this.dead) throw new Error('killed');
          if (part === this.engine && this.engineAway) throw away;
          const call = this.calls++;
          if (call > this.crashAt || (call === this.crashAt && call % 2 === 0)) throw new Error('killed');
          const result = await member.apply(object, args);
          this.dead = name === this.dieAfter;
          if (call >= this.crashAt || this.dead) throw new Error('killed');
          return result;
        };
      },
    });
  }
}

export function modelOf(run: string): ModelVersion {
  return {
    name: 'recogniser',
    version: 2,
    bundle: digestOf('two'),
    run,
    createdAt: '2026-01-02T00:00:00.000Z',
    metrics: {},
  };
}

/** With a first version that serves. */
export async function newWorld(): Promise<World> {
  const world = new World();
  await world.releases.create(version1);
  await world.releases.promote('first', 'published');
  return world;
}
