import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { pendingRecord } from '@visavox/pipelines/records';
import { expect, it } from 'vitest';
import { VersionSignatures } from '../mlflow/version-signatures.ts';
import { MirroredModelRegistry, type RegistryMirror } from './mirrored-model-registry.ts';
import { SqlModelVersions } from './model-versions.ts';
import { registeredByRun } from './registered-by-run.ts';
import { describeOnEachDatabase } from './test-databases.ts';

const signatures = new VersionSignatures(new Uint8Array(32).fill(1));
const model: ModelVersion = {
  name: 'recogniser',
  version: 1,
  bundle: digestOf('bundle'),
  run: 'run-1',
  createdAt: '2026-03-01T10:00:00.000Z',
  metrics: { eer: 0.012 },
};

describeOnEachDatabase('model versions', (database) => {
  it('answers what was saved, the newest first', async () => {
    const models = new SqlModelVersions(database().db);
    await models.save(model);
    await models.save({ ...model, version: 2, run: null });
    await models.save(model);
    expect(await models.get('recogniser', 1)).toEqual(model);
    expect(await models.get('recogniser', 3)).toBeUndefined();
    expect((await models.list('recogniser')).map((known) => known.version)).toEqual([2, 1]);
  });

  const mirrored = () => {
    const mlflow = new ShownRegistry();
    const runs = new Map<string, Pick<RunRecord, 'state' | 'tasks'>>();
    const registry = new MirroredModelRegistry({
      mirror: mlflow,
      versions: new SqlModelVersions(database().db),
      signatures,
      registeredByRun: registeredByRun({ get: async (id) => runs.get(id) as RunRecord | undefined }),
    });
    return { mlflow, runs, registry };
  };

  it('answers for a registry that is away, once it has seen the version', async () => {
    const { mlflow, registry, runs } = mirrored();
    mlflow.show(model);
    runs.set('run-1', { state: 'succeeded', tasks: [taskThatGave(model)] });
    mlflow.away = true;
    await expect(registry.get('recogniser', 1)).rejects.toMatchObject({ code: 'tracking_unavailable' });
    mlflow.away = false;
    expect(await registry.list('recogniser')).toEqual([model]);
    mlflow.away = true;
    expect(await registry.get('recogniser', 1)).toEqual(model);
    expect(await registry.list('recogniser')).toEqual([model]);
  });

  it('are believed when the run that made them wrote the same down, and signed then', async () => {
    const { mlflow, registry, runs } = mirrored();
    mlflow.show({ ...model, metrics: { eer: 0 } });
    runs.set('run-1', { state: 'running', tasks: [] });
    expect(await registry.inspect('recogniser')).toMatchObject({ versions: [], differences: [] });
    await expect(registry.get('recogniser', 1)).rejects.toMatchObject({ code: 'model_not_ours' });
    runs.set('run-1', { state: 'failed', tasks: [taskThatGave(model)] });
    expect(await registry.get('recogniser', 1)).toEqual(model);
    expect(mlflow.signatureOf(1)).toBe(signatures.of(model));
    expect((await registry.inspect('recogniser')).differences).toEqual([
      { version: 1, difference: 'MLflow shows other metrics than were measured' },
    ]);
  });

  it('stay what they are when somebody changes them in MLflow, and that is shown', async () => {
    const { mlflow, registry } = mirrored();
    const registered = await registry.register({ ...model, run: null, trackingRun: null });
    expect((await registry.inspect('recogniser')).differences).toEqual([]);
    const forged = { ...registered, bundle: digestOf('forged'), metrics: {} };
    mlflow.show(forged);
    mlflow.show({ ...forged, version: 2, run: 'run-9' });
    expect(await registry.get('recogniser', 1)).toEqual(registered);
    expect(await registry.inspect('recogniser')).toEqual({
      versions: [registered],
      aliases: {},
      differences: [
        { version: 2, difference: 'no run of this installation made it' },
        { version: 1, difference: expect.stringContaining('MLflow says that it is bundle') },
        { version: 1, difference: 'MLflow shows other metrics than were measured' },
      ],
    });
    mlflow.hide(1);
    expect((await registry.inspect('recogniser')).differences).toContainEqual({
      version: 1,
      difference: 'MLflow does not have it any more',
    });
  });

  it('are known again by their signature after the database was restored from an older copy', async () => {
    const { mlflow, registry } = mirrored();
    mlflow.show(model);
    await mlflow.sign(model, signatures.of(model));
    expect(await registry.list('recogniser')).toEqual([model]);
    mlflow.show({ ...model, version: 2 });
    await mlflow.sign({ ...model, version: 2 }, signatures.of(model));
    expect(await registry.list('recogniser')).toEqual([model]);
  });

  it('are refused where the registry gives a number that another bundle has here', async () => {
    const { mlflow, registry } = mirrored();
    await registry.register({ ...model, run: null, trackingRun: null });
    mlflow.hide(1);
    const other = { ...model, bundle: digestOf('other'), run: null, trackingRun: null };
    await expect(registry.register(other)).rejects.toMatchObject({ code: 'registry_not_ours' });
  });
});

function taskThatGave(version: ModelVersion): TaskRecord {
  return {
    ...pendingRecord('register', null),
    state: 'succeeded',
    outputs: { parameters: { model: version }, artifacts: {} },
  };
}

/** The real registry is tested beside its client; here it matters only what it shows, and whether it answers. */
class ShownRegistry implements RegistryMirror {
  away = false;
  readonly #shown = new Map<number, { model: ModelVersion; signature: string | undefined }>();

  show(shown: ModelVersion): void {
    this.#shown.set(shown.version, { model: shown, signature: this.signatureOf(shown.version) });
  }

  hide(version: number): void {
    this.#shown.delete(version);
  }

  signatureOf(version: number): string | undefined {
    return this.#shown.get(version)?.signature;
  }

  async register({
    trackingRun: _,
    ...given
  }: Parameters<RegistryMirror['register']>[0]): Promise<ModelVersion> {
    const registered = { ...given, version: this.#shown.size + 1, createdAt: model.createdAt };
    this.show(registered);
    return registered;
  }

  async get(_name: string, version: number): Promise<ModelVersion> {
    const found = this.#answer(this.#shown.get(version));
    if (!found) throw new Error('no such version');
    return found.model;
  }

  async list(): Promise<readonly ModelVersion[]> {
    return this.#answer([...this.#shown.values()].map((one) => one.model));
  }

  async shown() {
    const versions = [...this.#shown].map(([version, one]) => ({ version, ...one }));
    return this.#answer({ versions: versions.sort((a, b) => b.version - a.version), aliases: {} });
  }

  async sign({ version }: ModelVersion, signature: string): Promise<void> {
    const found = this.#shown.get(version);
    if (found) found.signature = signature;
  }

  async setAlias(): Promise<void> {}

  #answer<Value>(value: Value): Value {
    if (!this.away) return value;
    throw new UserError({
      kind: 'unavailable',
      code: 'tracking_unavailable',
      message: 'away',
      action: 'Wait.',
    });
  }
}
