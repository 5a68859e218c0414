import type { Experiment, ExperimentPlace, ExperimentRecord, Exposure } from '@visavox/core/experiment';
import type { ExperimentJournal, ExperimentStore, JournalEntry } from '@visavox/core/ports';

/** Experiments and their journal, as a database keeps them, in memory. */
export class MemoryExperiments implements ExperimentStore, ExperimentJournal {
  readonly all = new Map<string, Experiment>();
  readonly #journals = new Map<string, JournalEntry[]>();

  /** What was told of an experiment, in its order. */
  entriesOf(id: string): JournalEntry[] {
    const entries = this.#journals.get(id) ?? [];
    this.#journals.set(id, entries);
    return entries;
  }

  async create(experiment: Experiment): Promise<void> {
    this.all.set(experiment.id, experiment);
  }
  async get(id: string): Promise<Experiment | undefined> {
    return this.all.get(id);
  }
  async list({
    unfinished,
    place,
  }: {
    unfinished?: boolean;
    place?: ExperimentPlace | undefined;
  }): Promise<readonly Experiment[]> {
    return [...this.all.values()]
      .reverse()
      .filter(({ state }) => !unfinished || state !== 'ended')
      .filter(
        ({ model, environment }) => !place || (model === place.model && environment === place.environment),
      );
  }
  async change(id: string, change: (one: Experiment) => Experiment): Promise<Experiment | undefined> {
    const before = this.all.get(id);
    if (before) this.all.set(id, change(before));
    return this.all.get(id);
  }
  async expose(id: string, exposure: Exposure): Promise<Exposure> {
    const known = (await this.exposuresOf(id, [exposure.key])).get(exposure.key);
    if (!known) this.entriesOf(id).push({ position: this.entriesOf(id).length + 1, exposure });
    return known ?? exposure;
  }
  async exposuresOf(id: string, keys: readonly string[]): Promise<ReadonlyMap<string, Exposure>> {
    const found = this.entriesOf(id).flatMap((entry) => ('exposure' in entry ? [entry.exposure] : []));
    return new Map(found.filter(({ key }) => keys.includes(key)).map((one) => [one.key, one]));
  }
  async record(id: string, records: readonly ExperimentRecord[]): Promise<number> {
    const known = new Set(
      this.entriesOf(id).flatMap((entry) => ('record' in entry ? entry.record.request : [])),
    );
    const fresh = records.filter(({ request }) => !known.has(request));
    for (const record of fresh) this.entriesOf(id).push({ position: this.entriesOf(id).length + 1, record });
    return fresh.length;
  }
  async read(id: string, after: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.entriesOf(id)
      .filter(({ position }) => position > after)
      .slice(0, limit);
  }
}
