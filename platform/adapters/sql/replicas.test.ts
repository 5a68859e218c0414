import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { freePort } from '../processes/free-port.ts';
import { isDatabaseAway } from './database-away.ts';
import { databaseLock } from './database-lock.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { platformMigrations } from './platform-migrations.ts';
import { describeOnPostgres, startPostgres } from './test-databases.ts';

const run = promisify(execFile);
const openssl = spawnSync('openssl', ['version']).status === 0;

describeOnPostgres('several processes on one database', () => {
  it('bring a new one up to date when they start at the same moment', async () => {
    const server = await startPostgres();
    const program = fileURLToPath(new URL('./migrating.fixture.ts', import.meta.url));
    const replicas = [1, 2].map(() =>
      spawn(process.execPath, ['--import', 'tsx', program, server.url], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    await Promise.all(replicas.map((replica) => once(replica.stdout, 'data')));
    const ended = Promise.all(replicas.map((replica) => once(replica, 'exit')));
    for (const replica of replicas) replica.stdin.write('go\n');
    expect((await ended).map(([code]) => code)).toEqual([0, 0]);
    const { db, close } = await openDatabase({ url: server.url });
    const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(db);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(platformMigrations).sort());
    await close();
    await server.remove();
  });

  it('do work of one name one after the other', async () => {
    const server = await startPostgres();
    const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url: server.url })));
    const events: string[] = [];
    await Promise.all(
      databases.map((database, index) =>
        databaseLock(
          database,
          'tests',
        )(async () => {
          events.push(`begins ${index}`);
          await pause(50);
          events.push(`ends ${index}`);
        }),
      ),
    );
    for (let at = 0; at < events.length; at += 2)
      expect(events[at + 1]).toBe(events[at]?.replace('begins', 'ends'));
    const failing = databaseLock(databases[0] as (typeof databases)[number], 'tests');
    await expect(failing(() => Promise.reject(new Error('in vain')))).rejects.toThrow('in vain');
    expect(await failing(async () => 'free again')).toBe('free again');
    await Promise.all(databases.map(({ close }) => close()));
    await server.remove();
  });

  it('live through its crash, and go on when it is back', async () => {
    const server = await startPostgres();
    const { db, close } = await openDatabase({ url: server.url });
    await migrate(db, [platformMigrations]);
    const put = (key: string) => sql`insert into control_state values (${key}, '1')`;
    let reached: () => void = () => undefined;
    const inTransaction = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let back: () => void = () => undefined;
    const untilBack = new Promise<void>((resolve) => {
      back = resolve;
    });
    // Between two statements a connection belongs to nobody who would hear that it broke.
    const interrupted = db.transaction().execute(async (trx) => {
      await put('half done').execute(trx);
      reached();
      await untilBack;
      await put('other half').execute(trx);
    });
    await inTransaction;
    await server.kill();
    const meanwhile = await put('meanwhile')
      .execute(db)
      .catch((error: unknown) => error);
    expect(isDatabaseAway(meanwhile)).toBe(true);
    await server.start();
    back();
    expect(isDatabaseAway(await interrupted.catch((error: unknown) => error))).toBe(true);
    await put('afterwards').execute(db);
    const { rows } = await sql<{ key: string }>`select key from control_state`.execute(db);
    expect(rows).toEqual([{ key: 'afterwards' }]);
    await close();
    await server.remove();
  });

  it.skipIf(!openssl)('speak TLS with it when its URL says so, and with nobody else', async () => {
    const port = await freePort();
    let certificate = '';
    const server = await startPostgres(
      ['-h', '127.0.0.1', '-p', String(port), '-c', 'ssl=on'],
      async (data) => {
        certificate = join(data, 'server.crt');
        const key = join(data, 'server.key');
        const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
        await run('openssl', [
          'req',
          '-new',
          '-x509',
          '-nodes',
          '-newkey',
          'rsa:2048',
          '-days',
          '2',
          ...subject,
          '-keyout',
          key,
          '-out',
          certificate,
        ]);
        const { uid, gid } = await stat(data);
        for (const file of [key, certificate]) await chown(file, uid, gid);
        await chmod(key, 0o600);
      },
    );
    const url = `postgres://visavox@127.0.0.1:${port}/postgres`;
    const trusted = await openDatabase({
      url: `${url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate)}`,
    });
    const { rows } = await sql<{
      ssl: boolean;
    }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(trusted.db);
    expect(rows).toEqual([{ ssl: true }]);
    const idle = await sql<{ tcp_keepalives_idle: string }>`show tcp_keepalives_idle`.execute(trusted.db);
    expect(idle.rows, 'a client that vanished is noticed').toEqual([{ tcp_keepalives_idle: '10' }]);
    await trusted.close();
    await expect(openDatabase({ url: `${url}?sslmode=verify-full` })).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/self.signed certificate/),
    });
    await server.remove();
  });
});
