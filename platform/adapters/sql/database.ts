import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Kysely<PlatformTables>;
  close(): Promise<void>;
}
