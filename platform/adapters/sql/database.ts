import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Kysely<PlatformTables>;
  /** Throws what keeps it from its work: that it is away, full, read-only or damaged. */
  check(): Promise<void>;
  close(): Promise<void>;
}
