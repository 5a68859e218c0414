import type { LineageEdge, LineageNode, LineageSource } from '@visavox/core/lineage';
import type { Kysely } from 'kysely';
import type { ApplicationTables } from './tables.ts';

/**
 * The ends of the line: person `gave` sample; release `decided` attempt; an enrolment's sample was `compared in` it,
 * through the template; attempt `became` sample when it was confirmed. What lies between a sample and a release, the platform knows.
 */
export class ApplicationLineage implements LineageSource {
  readonly #db: Kysely<ApplicationTables>;

  constructor(db: Kysely<ApplicationTables>) {
    this.#db = db;
  }

  async into(node: LineageNode): Promise<readonly LineageEdge[]> {
    switch (node.kind) {
      case 'sample': {
        const sample = await this.#samples().where('samples.id', '=', node.id).executeTakeFirst();
        if (!sample) return [];
        const to = sampleNode(sample);
        const gave = { from: personNode(sample), to, relation: 'gave' };
        return sample.attempt === null
          ? [gave]
          : [gave, { from: { kind: 'attempt', id: sample.attempt }, to, relation: 'became' }];
      }
      case 'attempt': {
        const attempt = await this.#attempts().where('id', '=', node.id).executeTakeFirst();
        if (!attempt) return [];
        const { person } = attempt;
        if (person === null) return [decided(attempt)];
        const enrolled = await this.#samples()
          .where('person', '=', person)
          .where('source', '=', 'enrolment')
          .orderBy('samples.id')
          .execute();
        return [decided(attempt), ...enrolled.map((sample) => compared(sample, attempt))];
      }
      default:
        return [];
    }
  }

  /** The newest attempt is `latest`. Whoever takes part without face and voice gave no recording, and is known all the same. */
  async find({ kind, id }: LineageNode): Promise<LineageNode | undefined> {
    if (kind === 'attempt' && id === 'latest') {
      const latest = await this.#attempts().orderBy('created_at', 'desc').limit(1).executeTakeFirst();
      return latest && { kind, id: latest.id };
    }
    if (kind !== 'person') return undefined;
    const person = await this.#db
      .selectFrom('people')
      .where('id', '=', id)
      .select(['id', 'name'])
      .executeTakeFirst();
    return person && { kind, id, label: person.name };
  }

  async outOf(node: LineageNode): Promise<readonly LineageEdge[]> {
    switch (node.kind) {
      case 'person': {
        const samples = await this.#samples().where('person', '=', node.id).orderBy('samples.id').execute();
        return samples.map((sample) => ({
          from: personNode(sample),
          to: sampleNode(sample),
          relation: 'gave',
        }));
      }
      case 'sample': {
        const sample = await this.#samples().where('samples.id', '=', node.id).executeTakeFirst();
        if (sample?.source !== 'enrolment') return [];
        const attempts = await this.#attempts()
          .where('person', '=', sample.person)
          .orderBy('created_at')
          .execute();
        return attempts.map((attempt) => compared(sample, attempt));
      }
      case 'release':
        return (await this.#attempts().where('release', '=', node.id).orderBy('created_at').execute()).map(
          decided,
        );
      case 'attempt': {
        const samples = await this.#samples().where('attempt', '=', node.id).orderBy('position').execute();
        return samples.map((sample) => ({ from: node, to: sampleNode(sample), relation: 'became' }));
      }
      default:
        return [];
    }
  }

  #samples() {
    return this.#db
      .selectFrom('samples')
      .innerJoin('people', 'people.id', 'samples.person')
      .select(['samples.id', 'samples.person', 'samples.modality', 'samples.source', 'samples.attempt'])
      .select('people.name');
  }

  #attempts() {
    return this.#db
      .selectFrom('attempts')
      .select(['id', 'person', 'release', 'model', 'version', 'decision', 'created_at']);
  }
}

function personNode(sample: { person: string; name: string }): LineageNode {
  return { kind: 'person', id: sample.person, label: sample.name };
}

function sampleNode(sample: { id: string; modality: string }): LineageNode {
  return { kind: 'sample', id: sample.id, label: sample.modality };
}

interface AttemptRow {
  id: string;
  release: string;
  model: string;
  version: number;
  decision: string;
  created_at: Date;
}

function attemptNode(attempt: AttemptRow): LineageNode {
  const label = `${attempt.decision} ${attempt.created_at.toISOString().slice(0, 19)}`;
  return { kind: 'attempt', id: attempt.id, label };
}

function decided(attempt: AttemptRow): LineageEdge {
  const from: LineageNode = {
    kind: 'release',
    id: attempt.release,
    label: `${attempt.model}:${attempt.version}`,
  };
  return { from, to: attemptNode(attempt), relation: 'decided' };
}

/** Templates are made from the recordings of the enrolment alone. */
function compared(sample: { id: string; modality: string }, attempt: AttemptRow): LineageEdge {
  return { from: sampleNode(sample), to: attemptNode(attempt), relation: 'compared in' };
}
