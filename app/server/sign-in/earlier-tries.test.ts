import type { Database } from '@visavox/adapters/sql/database';
import { migrate } from '@visavox/adapters/sql/migrate';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { openTestDatabase } from '@visavox/adapters/sql/test-databases';
import { digestOf } from '@visavox/core/digest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applicationMigrations } from '../migrations.ts';
import { Sealer } from '../sealing.ts';
import type { OwnTables } from '../tables.ts';
import { EarlierTries } from './earlier-tries.ts';

let database: Database;
let tries: EarlierTries;
let now = new Date('2026-11-28T12:00:00Z');

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database.db, [platformMigrations, applicationMigrations]);
  const db = database.db.withTables<OwnTables>();
  tries = new EarlierTries({ db, sealer: new Sealer(Buffer.alloc(32, 7)), now: () => now });
});
afterAll(() => database.close());

const contract = digestOf(Buffer.from('one model'));
const ada = { name: 'hash of ada', visit: 'her browser', contract };
const probe = {
  faces: [Float32Array.of(1, 0.5), Float32Array.of(0, -1)],
  voice: Float32Array.of(0.25, 2),
  voiceSeconds: 2.5,
  voiceTakenWorse: false,
  faceQuality: 0.75,
};

it('gives what was heard and seen to the next try of the same visit on the same name, once', async () => {
  await tries.keep(ada, probe);
  expect(await tries.take({ ...ada, visit: 'another browser' })).toBeNull();
  expect(await tries.take({ ...ada, name: 'hash of ben' })).toBeNull();
  expect(await tries.take(ada)).toEqual(probe);
  expect(await tries.take(ada)).toBeNull();
});

it('gives nothing that another model heard, or that is five minutes old', async () => {
  await tries.keep(ada, probe);
  expect(await tries.take({ ...ada, contract: digestOf(Buffer.from('another model')) })).toBeNull();
  await tries.keep(ada, probe);
  now = new Date(now.getTime() + 301_000);
  expect(await tries.take(ada)).toBeNull();
});

it('is readable by nobody who has the database alone, and gone in time', async () => {
  await tries.keep(ada, probe);
  const db = database.db.withTables<OwnTables>();
  const [row] = await db.selectFrom('earlier_tries').selectAll().execute();
  expect(Buffer.from(row?.probe ?? []).toString()).not.toContain('0.25');
  now = new Date(now.getTime() + 301_000);
  await tries.sweep();
  expect(await db.selectFrom('earlier_tries').selectAll().execute()).toEqual([]);
});
