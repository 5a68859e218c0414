import { createHash } from 'node:crypto';
import type { PlatformTables } from '@visavox/adapters/sql/tables';
import { UserError } from '@visavox/core/errors';
import type { Kysely } from 'kysely';

/**
 * What one process seals in the database, every other has to open: the first leaves the fingerprint of its key, and
 * whoever comes with another key is told so instead of failing at the first sign-in.
 */
export async function requireSameSecret(
  db: Kysely<PlatformTables>,
  name: string,
  secret: string,
): Promise<void> {
  const key = `fingerprint of ${name}`;
  const fingerprint = createHash('sha256').update(`visavox ${name}\n${secret}`).digest('hex').slice(0, 16);
  await db
    .insertInto('control_state')
    .values({ key, value: JSON.stringify(fingerprint) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const known = await db
    .selectFrom('control_state')
    .select('value')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (known.value === fingerprint) return;
  throw new UserError({
    kind: 'conflict',
    code: 'secret_differs',
    message: `${name} is not the one that this database was written with`,
    action:
      'Give every process that uses this database the same secrets folder (VISAVOX_SECRETS), or restore it from the backup.',
  });
}
