import type { Digest } from '@visavox/core/digest';
import type { Probe } from '@visavox/recognition/recogniser';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Sealer } from '../sealing.ts';
import type { ApplicationTables } from '../tables.ts';

/** How long what was heard and seen in one try waits for a second one. */
const keptSeconds = 300;

const Kept = z.object({
  faces: z.array(z.array(z.number())),
  voice: z.array(z.number()).nullable(),
  voiceSeconds: z.number().optional(),
  voiceTakenWorse: z.boolean().optional(),
  faceQuality: z.number().optional(),
});

/** Who tries: one visit, with one name. */
export interface Trying {
  readonly name: string;
  readonly visit: string;
  /** Features of two contracts are never compared. */
  readonly contract: Digest;
}

/**
 * What was heard and seen in the first of two tries, so that the second is judged by both. Two and no more: thresholds are set
 * for strangers who have two.
 */
export class EarlierTries {
  readonly #db: Kysely<ApplicationTables>;
  readonly #sealer: Sealer;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; sealer: Sealer; now: () => Date }) {
    this.#db = resources.db;
    this.#sealer = resources.sealer;
    this.#now = resources.now;
  }

  /** Of this visit, if there is one; it counts once. */
  async take({ name, visit, contract }: Trying): Promise<Probe | null> {
    const row = await this.#db
      .deleteFrom('earlier_tries')
      .where('name', '=', name)
      .where('visit', '=', visit)
      .returning(['contract', 'probe', 'expires_at'])
      .executeTakeFirst();
    if (!row || row.contract !== contract || row.expires_at <= this.#now()) return null;
    const opened = this.#sealer.open(row.probe, contextOf({ name, visit }));
    const { faces, voice, ...beside } = Kept.parse(JSON.parse(Buffer.from(opened).toString()));
    return {
      faces: faces.map((features) => Float32Array.from(features)),
      voice: voice && Float32Array.from(voice),
      ...(beside.faceQuality === undefined ? {} : { faceQuality: beside.faceQuality }),
      voiceSeconds: beside.voiceSeconds,
      voiceTakenWorse: beside.voiceTakenWorse,
    };
  }

  async keep({ name, visit, contract }: Trying, { faces, voice, ...beside }: Probe): Promise<void> {
    const kept = { faces: faces.map((features) => [...features]), voice: voice && [...voice], ...beside };
    const probe = this.#sealer.seal(Buffer.from(JSON.stringify(kept)), contextOf({ name, visit }));
    const expires_at = new Date(this.#now().getTime() + keptSeconds * 1000);
    await this.#db
      .insertInto('earlier_tries')
      .values({ name, visit, contract, probe, expires_at })
      .onConflict((conflict) =>
        conflict.columns(['name', 'visit']).doUpdateSet({ contract, probe, expires_at }),
      )
      .execute();
  }

  /** Of a name, in whatever visit. */
  async forget(trx: Transaction<ApplicationTables>, name: string): Promise<void> {
    await trx.deleteFrom('earlier_tries').where('name', '=', name).execute();
  }

  async sweep(): Promise<void> {
    await this.#db.deleteFrom('earlier_tries').where('expires_at', '<=', this.#now()).execute();
  }
}

const contextOf = ({ name, visit }: { name: string; visit: string }) => `earlier try ${name} ${visit}`;
