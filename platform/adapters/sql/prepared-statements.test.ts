import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PreparedStatements } from './prepared-statements.ts';

let pglite: PGlite;
let statements: PreparedStatements;
beforeAll(async () => {
  pglite = new PGlite();
  statements = new PreparedStatements(pglite);
  await statements.query(
    'create table machines (id text primary key, made timestamptz, load jsonb, photo bytea)',
    [],
  );
});
afterAll(() => pglite.close());

const insert = 'insert into machines (id, made, load, photo) values ($1, $2, $3, $4)';
const find = 'select id, made, load, photo from machines where id = $1';

it('answers what PGlite answers, of every type, the first time and later', async () => {
  const made = new Date('2026-01-02T03:04:05Z');
  for (const id of ['saw', 'drill'])
    expect(await statements.query(insert, [id, made, { cpu: 0.5 }, Buffer.from([0, 255])])).toMatchObject({
      affectedRows: 1,
    });
  await statements.query(insert, ['press', null, null, undefined]);
  for (const id of ['saw', 'drill', 'press', 'nothing']) {
    const [prepared, plain] = [await statements.query(find, [id]), await pglite.query(find, [id])];
    expect(prepared.rows).toEqual(plain.rows);
  }
});

it('keeps bytes as they are, however they are given', async () => {
  const all = Uint8Array.from({ length: 300 }, (_, index) => index);
  const given = { whole: all, none: new Uint8Array(), part: all.subarray(7, 9), buffer: Buffer.from(all) };
  for (const [id, photo] of Object.entries(given)) {
    await statements.query(insert, [id, null, null, photo]);
    const [{ rows }, plain] = [await statements.query(find, [id]), await pglite.query(find, [id])];
    expect(rows).toEqual([{ id, made: null, load: null, photo: new Uint8Array(photo) }]);
    expect(rows).toEqual(plain.rows);
  }
  await expect(statements.query(insert, ['text', null, null, 'photo'])).rejects.toThrow('has to be bytes');
});

it('reports a fault with its code, and goes on', async () => {
  await expect(statements.query(insert, ['saw', null, null, null])).rejects.toMatchObject({ code: '23505' });
  await expect(statements.query('select nothing from nowhere', [])).rejects.toMatchObject({ code: '42P01' });
  expect((await statements.query(find, ['saw'])).rows).toHaveLength(1);
});

it('leaves a transaction that failed as PostgreSQL does: rolled back as a whole', async () => {
  await statements.query('start transaction', []);
  await statements.query(insert, ['lathe', null, null, null]);
  await expect(statements.query(insert, ['lathe', null, null, null])).rejects.toMatchObject({
    code: '23505',
  });
  await expect(statements.query(find, ['lathe'])).rejects.toMatchObject({ code: '25P02' });
  await statements.query('rollback', []);
  expect((await statements.query(find, ['lathe'])).rows).toEqual([]);
});

it('sees a column that was added since', async () => {
  const all = 'select * from machines where id = $1';
  await statements.query(all, ['saw']);
  await statements.query("alter table machines add column hall text default 'north'", []);
  expect((await statements.query(all, ['saw'])).rows).toMatchObject([{ hall: 'north' }]);
});

it('stays bounded when every statement is another one', async () => {
  for (let index = 0; index < 450; index++)
    await statements.query(`select ${index}::int4 as number where $1`, [true]);
  const { rows } = await pglite.query('select count(*)::int4 as count from pg_prepared_statements');
  expect(rows).toEqual([{ count: 200 }]);
});
