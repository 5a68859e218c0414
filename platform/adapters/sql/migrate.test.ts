import { type Migration, sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { platformMigrations } from './platform-migrations.ts';
import { describeOnEachDatabase } from './test-databases.ts';

const statement = (text: string): Migration => ({
  up: async (db) => {
    for (const part of text.split(';')) await sql.raw(part).execute(db);
  },
});
const shop = {
  'shop-001-orders': statement('create table orders (id integer primary key)'),
  'shop-002-notes': statement('alter table orders add column note text'),
};

describeOnEachDatabase('migrations', (database) => {
  const names = async () => {
    const { rows } = await sql<{
      name: string;
    }>`select name from migrations order by applied_at, name`.execute(database().db);
    return rows.map(({ name }) => name).filter((name) => name.startsWith('shop'));
  };
  afterEach(async () => {
    await sql`drop table if exists orders`.execute(database().db);
    await sql`delete from migrations where name like 'shop%'`.execute(database().db);
  });

  it('brings the tables of several packages up to date, and may be repeated', async () => {
    const { db } = database();
    await migrate(db, [platformMigrations, { 'shop-001-orders': shop['shop-001-orders'] }]);
    await sql`insert into orders values (1)`.execute(db);
    await migrate(db, [platformMigrations, shop]);
    await migrate(db, [platformMigrations, shop]);
    expect((await sql`select * from orders`.execute(db)).rows).toEqual([{ id: 1, note: null }]);
    expect(await names()).toEqual(['shop-001-orders', 'shop-002-notes']);
  });

  it('applies each once when several processes start at the same time', async () => {
    const { db } = database();
    await Promise.all([1, 2, 3, 4].map(() => migrate(db, [platformMigrations, shop])));
    expect(await names()).toEqual(['shop-001-orders', 'shop-002-notes']);
  });

  it('leaves nothing of a migration that fails, and goes on from there once it is mended', async () => {
    const { db } = database();
    const broken = { ...shop, 'shop-002-notes': statement('create table half (id integer); select 1/0') };
    await expect(migrate(db, [platformMigrations, broken])).rejects.toThrow('division by zero');
    expect(await names()).toEqual(['shop-001-orders']);
    await expect(sql`select * from half`.execute(db)).rejects.toThrow('half');
    await migrate(db, [platformMigrations, shop]);
    expect(await names()).toEqual(['shop-001-orders', 'shop-002-notes']);
  });

  it('refuses a database that a newer version wrote', async () => {
    const { db } = database();
    await migrate(db, [platformMigrations, shop]);
    await expect(migrate(db, [platformMigrations])).rejects.toMatchObject({ code: 'database_newer' });
  });
});
