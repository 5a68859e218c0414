import { UserError } from '@visavox/core/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import { tooManyTries } from '../faults.ts';
import type { ApplicationTables } from '../tables.ts';

/** Who says to be somebody, and from where; known before any recording is looked at. */
export interface Claim {
  /** Keyed hash of the name as it is compared: nobody reads in the database which names were tried. */
  readonly name: string;
  readonly network: string;
  /** Hash of the token of a device that this very person signed in with before; null for everybody else. */
  readonly device: string | null;
}

/** What `admit` gives and one of the other methods takes. */
export interface Admission {
  readonly claim: Claim;
  /** Counted as failed already, so that nobody tries twice at once what may be tried once. */
  readonly reserved: boolean;
}

/** NIST SP 800-63B-4, 3.2.3: at most so many failures, one after another, before each further try has to wait. */
const firstDelaySeconds = 30;
const longestDelaySeconds = 15 * 60;
/** The same: from here on another factor is needed. */
export const stopAt = 50;

/** A bucket of failures that leaks: who fails now and then never notices. */
interface Bucket {
  readonly holds: number;
  readonly leakSeconds: number;
}
const buckets = {
  /** Failures from one network, which may be an office. */
  network: { holds: 30, leakSeconds: 30 },
  /** Different names that failed from one network: one face against many names. */
  names: { holds: 10, leakSeconds: 5 * 60 },
  /** Failures of everybody whose device is not known. */
  all: { holds: 600, leakSeconds: 0.5 },
} as const satisfies Record<string, Bucket>;
type BucketName = keyof typeof buckets;
const everybody = 'everybody';

interface LimitsResources {
  readonly db: Kysely<ApplicationTables>;
  readonly now: () => Date;
  /** Failures on one name, one after another, before the first delay. */
  readonly failures: number;
}

/**
 * How often somebody may fail. A person's own devices are counted apart from everybody else, so that a stranger who
 * fails on purpose locks nobody out of a device that is known. The same for names that nobody has.
 */
export class SignInLimits {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;
  readonly #free: number;

  constructor({ db, now, failures }: LimitsResources) {
    this.#db = db;
    this.#now = now;
    this.#free = failures;
  }

  /** Whether a try would be admitted now: asked before somebody is made to speak in vain. */
  async check(claim: Claim): Promise<void> {
    const waits = [await this.#waitOfName(this.#db, claim), ...(await this.#waitsOfBuckets(claim))];
    refuse(Math.max(0, ...waits));
  }

  /** Throws where somebody has to wait. Each admission ends with `failed`, `succeeded` or `withdrawn`. */
  async admit(claim: Claim): Promise<Admission> {
    refuse(Math.max(0, ...(await this.#waitsOfBuckets(claim))));
    return this.#db.transaction().execute(async (trx) => {
      const wait = await this.#waitOfName(trx, claim, { lock: true });
      refuse(wait);
      const reserved = (await this.#failuresOf(trx, claim)) >= this.#free;
      if (reserved) await this.#count(trx, claim, 1);
      return { claim, reserved };
    });
  }

  async failed({ claim, reserved }: Admission): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      if (!reserved) await this.#count(trx, claim, 1);
      if (claim.device !== null) return;
      await this.#fill(trx, 'network', claim.network);
      await this.#fill(trx, 'all', everybody);
      if (await this.#isNewHere(trx, claim)) await this.#fill(trx, 'names', claim.network);
    });
  }

  /** Failures in a row are over. On the person's own device it also ends what strangers failed. */
  async succeeded({ claim }: Admission): Promise<void> {
    await this.#db
      .deleteFrom('failures')
      .where(({ or, eb }) =>
        or([
          eb('key', '=', keyOfName({ ...claim, device: null })),
          ...(claim.device === null ? [] : [eb('key', '=', keyOfName(claim))]),
        ]),
      )
      .execute();
  }

  /** Nothing was compared: the recordings could not be used, or the server could not do its work. */
  async withdrawn({ claim, reserved }: Admission): Promise<void> {
    if (reserved) await this.#count(this.#db, claim, -1);
  }

  /** Another factor was shown: all that failed on this name, wherever, is over. */
  async lift(name: string): Promise<void> {
    await this.#db.deleteFrom('failures').where('name', '=', name).execute();
  }

  async sweep(): Promise<void> {
    const dayBefore = new Date(this.#now().getTime() - 24 * 3_600_000);
    await this.#db
      .deleteFrom('failures')
      .where('name', 'is', null)
      .where('last_at', '<', dayBefore)
      .execute();
    await this.#db.deleteFrom('failed_names').where('last_at', '<', dayBefore).execute();
  }

  async #failuresOf(db: Kysely<ApplicationTables>, claim: Claim): Promise<number> {
    const row = await db
      .selectFrom('failures')
      .select('count')
      .where('key', '=', keyOfName(claim))
      .executeTakeFirst();
    return row?.count ?? 0;
  }

  /** In seconds; infinite where only another factor helps. */
  async #waitOfName(
    db: Kysely<ApplicationTables>,
    claim: Claim,
    { lock = false }: { lock?: boolean } = {},
  ): Promise<number> {
    let query = db.selectFrom('failures').select(['count', 'last_at']).where('key', '=', keyOfName(claim));
    if (lock) query = query.forUpdate();
    const row = await query.executeTakeFirst();
    if (!row || row.count < this.#free) return 0;
    if (row.count >= stopAt) return Number.POSITIVE_INFINITY;
    const delay = Math.min(
      longestDelaySeconds,
      firstDelaySeconds * 2 ** Math.floor((row.count - this.#free) / 2),
    );
    return delay - (this.#now().getTime() - row.last_at.getTime()) / 1000;
  }

  async #count(db: Kysely<ApplicationTables>, claim: Claim, by: 1 | -1): Promise<void> {
    const at = this.#now();
    await db
      .insertInto('failures')
      .values({ key: keyOfName(claim), name: claim.name, count: Math.max(0, by), last_at: at })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          count: sql`greatest(0, failures.count + ${by})`,
          // What did not happen does not make anybody wait either.
          last_at: by > 0 ? at : sql`failures.last_at - ${longestDelaySeconds} * interval '1 second'`,
        }),
      )
      .execute();
  }

  /** Of people whose devices are not known. */
  async #waitsOfBuckets({ device, network }: Claim): Promise<number[]> {
    if (device !== null) return [];
    const keys = { network: `network ${network}`, names: `names ${network}`, all: `all ${everybody}` };
    const rows = await this.#db
      .selectFrom('failures')
      .select(['key', 'count', 'last_at'])
      .where('key', 'in', Object.values(keys))
      .execute();
    return rows.map((row) => {
      const name = row.key.slice(0, row.key.indexOf(' ')) as BucketName;
      const { holds, leakSeconds } = buckets[name];
      const leaked = (this.#now().getTime() - row.last_at.getTime()) / 1000 / leakSeconds;
      return (row.count - leaked - holds + 1) * leakSeconds;
    });
  }

  /** What has leaked since is taken off, and one put in. */
  async #fill(trx: Transaction<ApplicationTables>, bucket: BucketName, of: string): Promise<void> {
    const at = this.#now();
    const leaked = sql<number>`extract(epoch from ${at}::timestamptz - failures.last_at) / ${buckets[bucket].leakSeconds}`;
    await trx
      .insertInto('failures')
      .values({ key: `${bucket} ${of}`, name: null, count: 1, last_at: at })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          count: sql`greatest(0, failures.count - ${leaked}) + 1`,
          last_at: at,
        }),
      )
      .execute();
  }

  async #isNewHere(trx: Transaction<ApplicationTables>, { network, name }: Claim): Promise<boolean> {
    const at = this.#now();
    const known = await trx
      .insertInto('failed_names')
      .values({ network, name, last_at: at })
      .onConflict((conflict) => conflict.columns(['network', 'name']).doNothing())
      .returning('name')
      .executeTakeFirst();
    return known !== undefined;
  }
}

/** Of strangers together, or of one device of the person's own. */
function keyOfName({ name, device }: Claim): string {
  return device === null ? `name ${name}` : `device ${name} ${device}`;
}

function refuse(waitSeconds: number): void {
  if (waitSeconds <= 0) return;
  if (!Number.isFinite(waitSeconds)) {
    throw new UserError({
      kind: 'too-many',
      code: 'another_way_needed',
      message: 'face and voice have failed too often with this name',
      action: 'Sign in another way: that opens this way again.',
    });
  }
  throw tooManyTries(Math.max(1, Math.ceil(waitSeconds)));
}
