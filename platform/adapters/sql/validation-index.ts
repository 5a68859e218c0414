import type { Digest } from '@visavox/core/digest';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

export interface ValidationEntry {
  readonly rules: Digest;
  readonly passed: boolean;
  /** The blob that says what came of it. */
  readonly report: Digest;
  readonly checkedAt: Date;
}

/** Which rules dataset versions were held against. */
export class SqlValidationIndex {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  /** Newest first. */
  async list(dataset: Digest): Promise<readonly ValidationEntry[]> {
    const rows = await this.#db
      .selectFrom('dataset_validations')
      .where('dataset', '=', dataset)
      .orderBy('checked_at', 'desc')
      .select(['rules', 'passed', 'report', 'checked_at'])
      .execute();
    return rows.map(({ rules, passed, report, checked_at }) => ({
      ...{ rules: rules as Digest, report: report as Digest },
      ...{ passed, checkedAt: checked_at },
    }));
  }

  /** Two servers may have checked it at once, with the same outcome. */
  async save(dataset: Digest, { rules, passed, report, checkedAt }: ValidationEntry): Promise<void> {
    const outcome = { passed, report, checked_at: checkedAt };
    await this.#db
      .insertInto('dataset_validations')
      .values({ dataset, rules, ...outcome })
      .onConflict((conflict) => conflict.columns(['dataset', 'rules']).doUpdateSet(outcome))
      .execute();
  }
}
