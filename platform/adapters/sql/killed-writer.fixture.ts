import { sql } from 'kysely';
import { openDatabase } from './open-database.ts';

// Writes numbers for ever, each twice in one transaction, and says which are written, until it is killed.
const { db } = await openDatabase({ folder: process.argv[2] ?? '' });
await sql`create table if not exists numbers (number integer not null, half text not null, filler text)`.execute(
  db,
);
const last = await sql<{ number: number }>`select coalesce(max(number), 0) as number from numbers`.execute(
  db,
);
for (let number = (last.rows[0]?.number ?? 0) + 1; ; number++) {
  await db.transaction().execute(async (transaction) => {
    await sql`insert into numbers values (${number}, 'first', repeat('x', 3000))`.execute(transaction);
    await sql`insert into numbers values (${number}, 'second', null)`.execute(transaction);
  });
  process.stdout.write(`${number}\n`);
  if (number % 40 === 0) await sql`checkpoint`.execute(db);
  if (number % 90 === 0) await sql`vacuum`.execute(db);
}
