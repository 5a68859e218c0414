import type { AuditEvent } from '@visavox/core/audit';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { SqlAuditLog } from './audit-log.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { platformMigrations } from './platform-migrations.ts';
import { describeOnEachDatabase, describeOnPostgres, startPostgres } from './test-databases.ts';

const key = Buffer.alloc(32, 1);
const event = (action: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ by: 'ada', role: 'operator', action, target: 'run:r1', outcome: 'done', reason: null },
  ...{ network: '192.0.2.7', request: 'q1' },
  ...more,
});

describeOnEachDatabase('the audit log', (database) => {
  const open = () => new SqlAuditLog({ db: database().db, key });
  /** As somebody does who may do everything in the database. */
  const tamper = (change: string) =>
    database()
      .db.transaction()
      .execute(async (transaction) => {
        await sql`set local session_replication_role = replica`.execute(transaction);
        await sql.raw(change).execute(transaction);
      });
  const written = async (...actions: string[]) => {
    const audit = open();
    for (const action of actions) await audit.append(event(action));
    return audit;
  };

  it('is intact as it was written, also where there is nothing in it', async () => {
    expect(await open().verify()).toMatchObject({ intact: true, entries: 0 });
    const audit = await written('run.submit', 'run.cancel');
    expect(await audit.verify()).toMatchObject({ intact: true, entries: 2, head: { position: 2 } });
  });

  it('is read by page, by whom and by what, the newest first', async () => {
    const audit = await written('run.submit', 'run.cancel', 'release.promote');
    await audit.append(event('run.submit', { by: 'grace', target: 'run:100%' }));
    const found = async (query: Parameters<SqlAuditLog['page']>[0]) => {
      const { entries, total } = await audit.page(query, { start: 0, limit: 2 });
      return [total, ...entries.map(({ position }) => position)];
    };
    expect(await found({})).toEqual([4, 4, 3]);
    expect(await found({ by: 'ada' })).toEqual([3, 3, 2]);
    expect(await found({ action: 'run.' })).toEqual([3, 4, 2]);
    expect(await found({ target: 'run:100%' })).toEqual([1, 4]);
    expect(await found({ target: '%' })).toEqual([0]);
    expect(await found({ since: '2100-01-01T00:00:00Z' })).toEqual([0]);
  });

  it('takes nothing of what is recorded back with a transaction that fails, nor a part of it', async () => {
    const audit = await written('run.submit');
    const failing = database()
      .db.transaction()
      .execute(async (transaction) => {
        await audit.append(event('user.remove'), transaction);
        throw new Error('in vain');
      });
    await expect(failing).rejects.toThrow('in vain');
    await audit.append(event('run.cancel'));
    expect(await audit.verify()).toMatchObject({ intact: true, entries: 2 });
  });

  it.each([`update audit_log set by = 'grace'`, 'delete from audit_log', 'truncate audit_log'])(
    'is only added to: %s',
    async (statement) => {
      await written('run.submit');
      await expect(sql.raw(statement).execute(database().db)).rejects.toThrow(
        'the audit log is only added to',
      );
    },
  );

  it.each([
    ['changed', `update audit_log set by = 'grace' where position = 2`, 2, 'changed'],
    ['removed', 'delete from audit_log where position = 2', 2, 'missing'],
    ['removed at the end', 'delete from audit_log where position = 3', 3, 'cut_off'],
    ['removed altogether', 'delete from audit_log', 1, 'cut_off'],
    [
      'exchanged',
      'update audit_log set position = case position when 1 then 12 else 11 end where position < 3; update audit_log set position = position - 10 where position > 10',
      1,
      'changed',
    ],
    [
      'added past the end',
      `insert into audit_log select 4, at, by, role, action, target, outcome, reason, network, request, digest, digest from audit_log where position = 3`,
      4,
      'unsealed',
    ],
    [
      'cut off, with the head set back',
      `delete from audit_log where position = 3; update audit_head set position = 2, digest = (select digest from audit_log where position = 2)`,
      2,
      'seal_broken',
    ],
  ])('finds what was %s', async (_, change, position, fault) => {
    const audit = await written('user.add', 'run.submit', 'release.promote');
    for (const statement of change.split('; ')) await tamper(statement);
    const { intact, faults } = await audit.verify();
    expect(intact).toBe(false);
    expect(faults).toContainEqual({ position, fault });
  });

  it('finds what was written by somebody without the key of this installation', async () => {
    const audit = await written('run.submit');
    await new SqlAuditLog({ db: database().db, key: Buffer.alloc(32, 2) }).append(event('run.cancel'));
    expect((await audit.verify()).faults).toContainEqual({ position: 2, fault: 'seal_broken' });
  });
});

describeOnPostgres('the audit log of two replicas', () => {
  it('is one chain whoever writes to it, also while it is followed', async () => {
    const server = await startPostgres();
    const databases = await Promise.all([1, 2].map(() => openDatabase({ url: server.url })));
    const [one, two] = databases.map(({ db }) => new SqlAuditLog({ db, key })) as [SqlAuditLog, SqlAuditLog];
    await migrate(databases[0]!.db, [platformMigrations]);
    const writes = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? one : two).append(event(`run.${index}`)),
    );
    const [meanwhile] = await Promise.all([one.verify(), ...writes]);
    expect(meanwhile).toMatchObject({ intact: true });
    expect(await two.verify()).toMatchObject({ intact: true, entries: 40, head: { position: 40 } });
    await Promise.all(databases.map(({ close }) => close()));
    await server.remove();
  }, 60_000);
});
