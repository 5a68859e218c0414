import { setImmediate as breathe } from 'node:timers/promises';
import type { Digest } from '@visavox/core/digest';
import {
  type ChanceLikeness,
  chanceLikeness,
  FEWEST_FOR_CHANCE,
  isKnownPerson,
  resemblance,
} from '@visavox/recognition/enrolment/known-person';
import { type Kysely, sql } from 'kysely';
import type { Features, Template } from '../recogniser-port.ts';
import type { ApplicationTables } from '../tables.ts';
import { FaceIndex } from './face-index.ts';
import type { LoadedRecogniser } from './features.ts';
import type { Templates } from './templates.ts';

const rowsAtOnce = 500;
/** Sketches, between two looks at what else waits: some milliseconds. */
const sketchedAtOnce = 200;
/** Those that look most like a newcomer are compared in full. */
const candidates = 5;
/** Templates whose sequences share this many low bits are compared by their sum. */
const bucketSize = 1024;

/** How many people's nearest others are looked at, to know how alike people are by chance. */
const sampled = 256;
/** That is looked at anew when this many times as many are enrolled. */
const grownBy = 1.25;

interface Kept {
  readonly index: FaceIndex;
  /** Of the latest template that is in it. */
  last: number;
  /** Null among few, and until it has been looked at. */
  chance: { readonly likeness: ChanceLikeness; readonly people: number } | null;
}

/**
 * Whether a newcomer is enrolled already. The faces of the templates are sealed in the database, and open in this process alone:
 * what could be searched there could be compared by whoever reads it.
 */
export class NewcomerSearch {
  readonly #db: Kysely<ApplicationTables>;
  readonly #templates: Templates;
  readonly #exactUpTo: number | undefined;
  readonly #kept = new Map<Digest, Kept>();

  constructor(resources: {
    db: Kysely<ApplicationTables>;
    templates: Templates;
    exactUpTo?: number | undefined;
  }) {
    this.#db = resources.db;
    this.#templates = resources.templates;
    this.#exactUpTo = resources.exactUpTo;
  }

  /** Takes in what is new: in a transaction (which waits for nobody else here), only what that needs to be up to date. */
  async follow(
    { recogniser }: LoadedRecogniser,
    db: Kysely<ApplicationTables> = this.#db,
  ): Promise<FaceIndex> {
    const kept = this.#of(recogniser.contract);
    for (;;) {
      const rows = await this.#templates.after(db, recogniser.contract, {
        sequence: kept.last,
        limit: rowsAtOnce,
      });
      for (const { person, sequence, template } of rows) {
        if (template.face) kept.index.add({ person, sequence, face: template.face });
        kept.last = Math.max(kept.last, sequence);
      }
      if (rows.length < rowsAtOnce) return kept.index;
    }
  }

  /** Besides what is new, forgets who is gone, sketches faces where there are many, and lets other contracts go. */
  async keepUp(loaded: LoadedRecogniser): Promise<void> {
    const { contract } = loaded.recogniser;
    for (const other of [...this.#kept.keys()]) if (other !== contract) this.#kept.delete(other);
    const index = await this.follow(loaded);
    await this.#reconcile(contract, index);
    while (index.grow(sketchedAtOnce)) await breathe();
    await this.#lookAtChance(this.#of(contract));
  }

  forget(person: string): void {
    for (const { index } of this.#kept.values()) index.remove(person);
  }

  /** The people who seem to be this newcomer, most alike first; in the transaction that lets nobody else in meanwhile. */
  async find(
    db: Kysely<ApplicationTables>,
    loaded: LoadedRecogniser,
    newcomer: { readonly template: Template; readonly features: Features },
  ): Promise<string[]> {
    const { face } = newcomer.template;
    if (!face) return [];
    const index = await this.follow(loaded, db);
    const near = index.nearest(face, candidates);
    const known = await this.#templates.ofPeople(
      db,
      loaded.recogniser.contract,
      near.map(({ person }) => person),
    );
    const found: string[] = [];
    const { chance } = this.#of(loaded.recogniser.contract);
    const among = { people: index.size, chance: chance?.likeness ?? null };
    for (const { person, cosine } of near) {
      const template = known.find((one) => one.person === person)?.template;
      if (!template) {
        index.remove(person);
        continue;
      }
      const { features } = newcomer;
      const alike = await resemblance(loaded.recogniser, { template, cosine, features });
      if (isKnownPerson(alike, among)) found.push(person);
    }
    return found;
  }

  async #lookAtChance(kept: Kept): Promise<void> {
    const { index } = kept;
    if (index.size < FEWEST_FOR_CHANCE) kept.chance = null;
    const before = kept.chance?.people ?? 0;
    if (index.size < FEWEST_FOR_CHANCE || (before > 0 && index.size < before * grownBy)) return;
    const nearest: number[] = [];
    for (const { person, face } of index.some(sampled)) {
      const other = index.nearest(face, 2, { exact: true }).find((one) => one.person !== person);
      if (other) nearest.push(other.cosine);
      await breathe();
    }
    kept.chance = { likeness: chanceLikeness(nearest), people: index.size };
  }

  #of(contract: Digest): Kept {
    const known = this.#kept.get(contract);
    if (known) return known;
    const made = { index: new FaceIndex({ exactUpTo: this.#exactUpTo }), last: 0, chance: null };
    this.#kept.set(contract, made);
    return made;
  }

  /** Compares sums of sequences, bucket by bucket, and reads those that differ: other processes forget people too. */
  async #reconcile(contract: Digest, index: FaceIndex): Promise<void> {
    const mine = new Map<number, { count: number; sum: number }>();
    for (const sequence of index.sequences()) {
      const bucket = Math.floor(sequence / bucketSize);
      const { count, sum } = mine.get(bucket) ?? { count: 0, sum: 0 };
      mine.set(bucket, { count: count + 1, sum: sum + sequence });
    }
    const { rows } = await sql<{ bucket: number; count: number; sum: number }>`
      select (sequence / ${sql.lit(bucketSize)})::int as bucket, count(*)::int as count,
        sum(sequence)::double precision as sum
      from templates where contract = ${contract} group by 1`.execute(this.#db);
    const theirs = new Map(rows.map((row) => [row.bucket, row]));
    for (const [bucket, { count, sum }] of mine) {
      const there = theirs.get(bucket);
      if (there?.count === count && there.sum === sum) continue;
      const left = await this.#db
        .selectFrom('templates')
        .select('person')
        .where('contract', '=', contract)
        .where('sequence', '>=', bucket * bucketSize)
        .where('sequence', '<', (bucket + 1) * bucketSize)
        .execute();
      index.keepOnly(
        new Set(left.map(({ person }) => person)),
        (sequence) => Math.floor(sequence / bucketSize) === bucket,
      );
    }
  }
}
