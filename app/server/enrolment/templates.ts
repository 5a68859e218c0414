import { Digest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Template } from '../recogniser-port.ts';
import type { Sealer } from '../sealing.ts';
import type { ApplicationTables } from '../tables.ts';
import type { LoadedRecogniser, SampleFeatures, SampleReference } from './features.ts';

/** A template as it lies in the database; a later one has a higher sequence. */
export interface KeptTemplate {
  readonly person: string;
  readonly sequence: number;
  readonly template: Template;
}

const Beside = z.object({ coherence: z.number().nullable(), seconds: z.number().nullable() }).nullable();
const Vectors = z.object({
  face: z.array(z.number()).nullable(),
  voice: z.array(z.number()).nullable(),
  voiceAlone: z.array(z.number()).optional(),
  /** Not there in templates of earlier versions. */
  beside: z.object({ face: Beside, voice: Beside }).optional(),
});

/**
 * What people are recognised by, one per person and contract, sealed. Made from the enrolment's samples alone:
 * a recording that its own sender confirmed must not change whom the system takes him for.
 */
export class Templates {
  readonly #db: Kysely<ApplicationTables>;
  readonly #sealer: Sealer;
  readonly #features: SampleFeatures;

  constructor(resources: { db: Kysely<ApplicationTables>; sealer: Sealer; features: SampleFeatures }) {
    this.#db = resources.db;
    this.#sealer = resources.sealer;
    this.#features = resources.features;
  }

  /** The stored template; computed from the retained recordings where there is none for this contract yet. */
  async of(person: string, loaded: LoadedRecogniser): Promise<Template> {
    const { contract } = loaded.recogniser;
    const row = await this.#db
      .selectFrom('templates')
      .select('vectors')
      .where('person', '=', person)
      .where('contract', '=', contract)
      .executeTakeFirst();
    return row ? this.#open(row.vectors, person, contract) : this.#compute(person, loaded);
  }

  /** Those that were made after this one, in their order; of everybody, whether active or pending. */
  async after(
    db: Kysely<ApplicationTables>,
    contract: Digest,
    { sequence, limit }: { sequence: number; limit: number },
  ): Promise<KeptTemplate[]> {
    const rows = await db
      .selectFrom('templates')
      .select(['person', 'sequence', 'vectors'])
      .where('contract', '=', contract)
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map((row) => this.#kept(row, contract));
  }

  /** Of these people, as far as they are still there. */
  async ofPeople(
    db: Kysely<ApplicationTables>,
    contract: Digest,
    people: readonly string[],
  ): Promise<KeptTemplate[]> {
    if (people.length === 0) return [];
    const rows = await db
      .selectFrom('templates')
      .select(['person', 'sequence', 'vectors'])
      .where('contract', '=', contract)
      .where('person', 'in', people)
      .execute();
    return rows.map((row) => this.#kept(row, contract));
  }

  async insert(trx: Transaction<ApplicationTables>, person: string, template: Template): Promise<void> {
    // In the order of their sequence, so that whoever read one of them has read all before it.
    await sql`select pg_advisory_xact_lock(hashtext('visavox templates'))`.execute(trx);
    await trx
      .insertInto('templates')
      .values({
        person,
        contract: template.contract,
        vectors: this.#seal(template, person),
        created_at: new Date(),
      })
      .onConflict((conflict) => conflict.columns(['person', 'contract']).doNothing())
      .execute();
  }

  /** Computes what is missing for this contract, in batches; may be repeated, and people may come and go meanwhile. */
  async prepare(loaded: LoadedRecogniser): Promise<{ computed: number }> {
    const failures = new Map<string, UserError>();
    let computed = 0;
    for (;;) {
      const people = await this.#without(loaded.recogniser.contract, [...failures.keys()]);
      if (people.length === 0) break;
      for (const person of people) {
        try {
          await this.#compute(person, loaded);
          computed++;
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          if (error.code !== 'unknown_person') failures.set(person, error);
        }
      }
    }
    const first = [...failures.values()][0];
    if (!first) return { computed };
    throw new UserError({
      kind: 'conflict',
      code: 'templates_incomplete',
      message: `${failures.size} people would not be recognised any more, the first because: ${first.message}`,
      action: 'Keep the present release, or let these people enrol again.',
      details: { people: failures.size },
    });
  }

  /** Whoever takes part without face and voice has none, and is missing none. */
  async #without(contract: Digest, except: readonly string[]): Promise<string[]> {
    let query = this.#db
      .selectFrom('people')
      .select('id')
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('samples')
            .select(sql`1`.as('one'))
            .whereRef('samples.person', '=', 'people.id')
            .where('source', '=', 'enrolment'),
        ),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('templates')
              .select(sql`1`.as('one'))
              .whereRef('templates.person', '=', 'people.id')
              .where('contract', '=', contract),
          ),
        ),
      )
      .orderBy('id')
      .limit(100);
    if (except.length > 0) query = query.where('id', 'not in', except);
    return (await query.execute()).map((row) => row.id);
  }

  async #compute(person: string, loaded: LoadedRecogniser): Promise<Template> {
    const rows = await this.#db
      .selectFrom('samples')
      .select(['digest', 'modality'])
      .where('person', '=', person)
      .where('source', '=', 'enrolment')
      .orderBy('position')
      .execute();
    const samples: SampleReference[] = rows.map((row) => ({
      digest: Digest.parse(row.digest),
      modality: row.modality,
    }));
    if (samples.length === 0) throw forgotten();
    let template: Template;
    try {
      template = await loaded.recogniser.template(await this.#features.enrolled(samples, loaded));
    } catch (error) {
      if (await this.#exists(person)) throw error;
      await this.#features.forget(samples);
      throw forgotten();
    }
    const stored = await this.#db.transaction().execute(async (trx) => {
      const known = await trx
        .selectFrom('people')
        .select('id')
        .where('id', '=', person)
        .forUpdate()
        .executeTakeFirst();
      // Forgotten meanwhile, or face and voice withdrawn.
      const kept = known && (await this.#keeps(trx, person, samples.length));
      if (kept) await this.insert(trx, person, template);
      return kept === true;
    });
    if (stored) return template;
    await this.#features.forget(samples);
    throw forgotten();
  }

  async #keeps(trx: Transaction<ApplicationTables>, person: string, samples: number): Promise<boolean> {
    const { count } = await trx
      .selectFrom('samples')
      .select(sql<number>`count(*)::int`.as('count'))
      .where('person', '=', person)
      .where('source', '=', 'enrolment')
      .executeTakeFirstOrThrow();
    return count === samples;
  }

  async #exists(person: string): Promise<boolean> {
    const row = await this.#db.selectFrom('people').select('id').where('id', '=', person).executeTakeFirst();
    return row !== undefined;
  }

  #kept(
    { person, sequence, vectors }: { person: string; sequence: number; vectors: Uint8Array },
    contract: Digest,
  ): KeptTemplate {
    return { person, sequence: Number(sequence), template: this.#open(vectors, person, contract) };
  }

  #seal(template: Template, person: string): Uint8Array {
    const vectors = {
      face: template.face && [...template.face],
      voice: template.voice && [...template.voice],
      ...(template.voiceAlone && { voiceAlone: [...template.voiceAlone] }),
      ...(template.beside && { beside: template.beside }),
    };
    return this.#sealer.seal(Buffer.from(JSON.stringify(vectors)), contextOf(person, template.contract));
  }

  #open(sealed: Uint8Array, person: string, contract: Digest): Template {
    const opened = this.#sealer.open(sealed, contextOf(person, contract));
    const vectors = Vectors.parse(JSON.parse(Buffer.from(opened).toString()));
    const floats = (numbers: number[] | null) => numbers && Float32Array.from(numbers);
    const template = {
      contract,
      face: floats(vectors.face),
      voice: floats(vectors.voice),
      ...(vectors.voiceAlone && { voiceAlone: Float32Array.from(vectors.voiceAlone) }),
      ...(vectors.beside && { beside: vectors.beside }),
    };
    if (!template.face && !template.voice) throw new SystemError(`the template of ${person} is empty`);
    return template;
  }
}

const contextOf = (person: string, contract: string) => `template ${person} ${contract}`;

/** Forgotten while at work. */
function forgotten(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_person',
    message: 'nobody of this name is enrolled',
    action: 'Enrol first, or correct the name.',
  });
}
