import type { Database } from '@visavox/adapters/sql/database';
import { migrate } from '@visavox/adapters/sql/migrate';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { openTestDatabase } from '@visavox/adapters/sql/test-databases';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationMigrations } from '../migrations.ts';
import type { OwnTables } from '../tables.ts';
import { type Claim, SignInLimits, stopAt } from './limits.ts';

let database: Database;
let limits: SignInLimits;
let now: Date;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database.db, [platformMigrations, applicationMigrations]);
});
beforeEach(async () => {
  const db = database.db.withTables<OwnTables>();
  await db.deleteFrom('failures').execute();
  await db.deleteFrom('failed_names').execute();
  now = new Date('2026-11-28T12:00:00Z');
  limits = new SignInLimits({ db, now: () => now, failures: 5 });
});
afterAll(() => database.close());

const wait = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const ada = (from: Partial<Claim> = {}): Claim => ({
  name: 'hash of ada',
  network: '192.0.2.1',
  device: null,
  ...from,
});
const ownDevice = { device: 'her telephone', network: '198.51.100.7' };
const fail = async (claim: Claim) => limits.failed(await limits.admit(claim));
const failTimes = async (times: number, claim: (time: number) => Claim) => {
  for (let time = 0; time < times; time++) {
    await fail(claim(time));
    wait(16 * 60);
  }
};
/** Seconds to wait; 0 where a try is admitted, 'another way' where none is. */
const delayOf = async (claim: Claim): Promise<number | string> => {
  try {
    await limits.check(claim);
    return 0;
  } catch (error) {
    const { code, details } = error as { code: string; details: Record<string, unknown> };
    return code === 'another_way_needed' ? 'another way' : Number(details.retryAfterSeconds);
  }
};

describe('failures on one name', () => {
  it('are forgiven five times, then cost half a minute and more each', async () => {
    for (let time = 0; time < 5; time++) await fail(ada());
    expect(await delayOf(ada())).toBe(30);
    await expect(limits.admit(ada())).rejects.toMatchObject({ code: 'too_many_requests' });
    const delays: unknown[] = [];
    for (let time = 0; time < 12; time++) {
      wait(15 * 60);
      await fail(ada());
      delays.push(await delayOf(ada()));
    }
    expect(delays).toEqual([30, 60, 60, 120, 120, 240, 240, 480, 480, 900, 900, 900]);
  });

  it('count together from wherever strangers come, and stop at fifty until another factor lifts that', async () => {
    await failTimes(stopAt, (time) => ada({ network: `203.0.113.${time}` }));
    wait(30 * 24 * 3600);
    expect(await delayOf(ada({ network: '203.0.113.200' }))).toBe('another way');
    await limits.lift('hash of ada');
    expect(await delayOf(ada({ network: '203.0.113.200' }))).toBe(0);
  });

  it('are over with a success', async () => {
    for (let time = 0; time < 4; time++) await fail(ada());
    await limits.succeeded(await limits.admit(ada()));
    for (let time = 0; time < 4; time++) await fail(ada());
    expect(await delayOf(ada())).toBe(0);
  });

  it('are not tried at once where they are to be tried one after another', async () => {
    for (let time = 0; time < 6; time++) {
      await fail(ada());
      wait(60);
    }
    const atOnce = await Promise.allSettled(Array.from({ length: 8 }, () => limits.admit(ada())));
    expect(atOnce.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('are none where nothing was compared', async () => {
    for (let time = 0; time < 5; time++) await fail(ada());
    wait(31);
    for (let time = 0; time < 3; time++) await limits.withdrawn(await limits.admit(ada()));
    expect(await delayOf(ada())).toBe(0);
  });
});

describe('a device of the person', () => {
  it('never waits for what a stranger failed', async () => {
    await failTimes(stopAt, () => ada());
    expect(await delayOf(ada())).not.toBe(0);
    expect(await delayOf(ada(ownDevice))).toBe(0);
  });
  it('ends, when it signs in, what strangers failed', async () => {
    await failTimes(10, () => ada());
    await limits.succeeded(await limits.admit(ada(ownDevice)));
    expect(await delayOf(ada({ network: '203.0.113.9' }))).toBe(0);
  });
  it('has limits of its own', async () => {
    for (let time = 0; time < 5; time++) await fail(ada(ownDevice));
    expect(await delayOf(ada(ownDevice))).toBe(30);
    expect(await delayOf(ada({ network: '203.0.113.9' }))).toBe(0);
  });
});

describe('a network', () => {
  it('tries ten names before it has to wait, and others need not', async () => {
    for (let name = 0; name < 10; name++) await fail(ada({ name: `hash ${name}` }));
    expect(await delayOf(ada({ name: 'hash 11' }))).toBeGreaterThan(60);
    expect(await delayOf(ada({ name: 'hash 11', network: '203.0.113.9' }))).toBe(0);
    wait(5 * 60);
    expect(await delayOf(ada({ name: 'hash 11' }))).toBe(0);
  });
  it('that fails now and then never notices', async () => {
    for (let time = 0; time < 100; time++) {
      await limits.succeeded(await limits.admit(ada({ name: `hash ${time % 3}` })));
      await fail(ada({ name: `hash ${time % 3}` }));
      wait(60);
    }
    expect(await delayOf(ada({ name: 'hash 0' }))).toBe(0);
  });
});

it('keeps no networks for longer than a day', async () => {
  for (let time = 0; time < 3; time++) await fail(ada());
  wait(25 * 3600);
  await limits.sweep();
  const rows = await database.db.withTables<OwnTables>().selectFrom('failures').select('key').execute();
  expect(rows.map(({ key }) => key)).toEqual(['name hash of ada']);
});
