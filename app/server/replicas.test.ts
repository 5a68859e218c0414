import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type FaultyProxy, startFaultyProxy } from '@visavox/adapters/objects/faulty-proxy';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import {
  type S3TestServer,
  s3ServerInstalled,
  s3TestEnvironment,
  startS3Server,
} from '@visavox/adapters/objects/test-servers';
import { migrate } from '@visavox/adapters/sql/migrate';
import { SqlModelVersions } from '@visavox/adapters/sql/model-versions';
import { openDatabase } from '@visavox/adapters/sql/open-database';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { SqlReleaseStore } from '@visavox/adapters/sql/release-store';
import { describeOnPostgres, type PostgresServer, startPostgres } from '@visavox/adapters/sql/test-databases';
import { putBundle } from '@visavox/core/bundle';
import type { RunningServer } from '@visavox/host/up';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ensureFirstRelease } from './first-release.ts';
import { applicationMigrations } from './migrations.ts';
import { parseSettings } from './settings.ts';
import { testBundle } from './testing/test-bundle.ts';
import { answerForm, enrolLive, enrolmentForm, type Visitor, visitor } from './testing/visitors.ts';
import { up } from './up.ts';

const root = resolve(import.meta.dirname, '../..');
const patience = 180_000;
const followed = { timeout: 30_000, interval: 250 };

describeOnPostgres('a server in parts, over one database and one object store', () => {
  let folder: string;
  let postgres: PostgresServer;
  let s3: S3TestServer | undefined;
  /** Between the parts and the S3 server. */
  let network: FaultyProxy | undefined;
  let environment: Record<string, string | undefined>;
  let one: RunningServer;
  let other: RunningServer;
  let controller: RunningServer;
  let people: Visitor[];

  const start = (role: 'server' | 'controller', more: Record<string, string> = {}) =>
    up(parseSettings({ ...environment, VISAVOX_ROLE: role, ...more }, root), () => undefined, {
      logger: pino({ enabled: false }),
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-parts-'));
    postgres = await startPostgres();
    Object.assign(process.env, s3TestEnvironment);
    if (s3ServerInstalled('minio')) {
      s3 = await startS3Server('minio');
      network = await startFaultyProxy(s3.endpoint);
    }
    environment = {
      ...process.env,
      ...s3TestEnvironment,
      ...(network ? { AWS_ENDPOINT_URL_S3: network.endpoint } : {}),
      VISAVOX_OBJECTS: s3
        ? `s3://${await s3.newBucket()}/visavox`
        : pathToFileURL(join(folder, 'objects')).href,
      VISAVOX_KEY: '07'.repeat(32),
      VISAVOX_HOME: join(folder, 'home'),
      VISAVOX_SECRETS: join(folder, 'secrets'),
      DATABASE_URL: postgres.url,
      // Away for all of this: nobody needs it to sign in.
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:1',
      PORT: '0',
    };
    await releaseForSyntheticPeople();
    [one, other, controller] = await Promise.all([start('server'), start('server'), start('controller')]);
    people = await Promise.all([0, 1, 2, 3].map(visitor));
  }, patience);
  afterAll(async () => {
    await Promise.all([one, other, controller].map((part) => part?.stop()));
    await postgres.remove();
    await network?.close();
    await s3?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Version 1, and a version 2 that differs in its calibration. */
  async function releaseForSyntheticPeople(): Promise<void> {
    const { db, close } = await openDatabase({ url: postgres.url });
    await migrate(db, [platformMigrations, applicationMigrations]);
    const objects = await openOrCreateObjectStore(parseSettings(environment, root).objects);
    const now = () => new Date();
    await ensureFirstRelease({
      objects,
      releases: new SqlReleaseStore(db),
      published: () => testBundle(),
      now,
    });
    const bundle = await putBundle(objects, await testBundle(1));
    const made = { run: null, createdAt: now().toISOString(), metrics: {} };
    await new SqlModelVersions(db).save({ name: 'recogniser', version: 2, bundle, ...made });
    await close();
  }

  const ask = async (part: RunningServer, method: string, path: string, body?: unknown) => {
    const token = new URL(one.loginLink).hash.replace('#token=', '');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${part.url}${path}`, { method, headers, ...sent });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const enrolment = (part: RunningServer, who: Visitor) => {
    const headers = { authorization: `Bearer ${new URL(one.loginLink).hash.replace('#token=', '')}` };
    return fetch(`${part.url}/api/v1/people`, { method: 'POST', headers, body: enrolmentForm(who) });
  };
  const enrol = async (part: RunningServer, who: Visitor) => (await enrolLive(part.url, who)).json();
  /** The challenge is given by one part and answered to another. */
  const signIn = async (part: RunningServer, who: Visitor) => {
    const giver = part === one ? other : one;
    const given = await ask(giver, 'POST', '/api/v1/challenges', { name: who.name });
    const { id, digits, turn } = given.body;
    const body = answerForm({ name: who.name, challenge: id }, who, await who.film(digits, turn));
    const response = await fetch(`${part.url}/api/v1/attempts`, { method: 'POST', body });
    return {
      status: response.status,
      cookie: response.headers.getSetCookie().find((one) => one.startsWith('visavox_session=')) ?? '',
      ...(await response.json()),
    };
  };
  /** Whoever is refused tries once more: what digits are asked for is chance, and now and then a rendered mouth is misread. */
  const comeIn = async (part: RunningServer, who: Visitor) => {
    const first = await signIn(part, who);
    return first.decision === 'accept' ? first : signIn(part, who);
  };

  it('lets a person who enrolled at one sign in at the other, and the session hold at both', async () => {
    const [ada] = people as [Visitor];
    await enrol(one, ada);
    const result = await comeIn(other, ada);
    expect(result).toMatchObject({ decision: 'accept', servedBy: { model: 'recogniser', version: 1 } });
    const cookie = result.cookie.split(';')[0] ?? '';
    for (const part of [one, other]) {
      const session = await fetch(`${part.url}/api/v1/session`, { headers: { cookie } });
      expect(await session.json()).toMatchObject({ person: { name: ada.name } });
    }
  });

  it(
    'follows a release that was made at one, everywhere and within seconds, and a rollback',
    async () => {
      const [ada] = people as [Visitor];
      const proposed = await ask(one, 'POST', '/api/v1/models/recogniser/releases', { version: 2 });
      expect(proposed.status).toBe(201);
      expect((await ask(one, 'POST', `/api/v1/releases/${proposed.body.id}/promote`)).status).toBe(200);
      const servedBy = async (part: RunningServer) => (await signIn(part, ada)).servedBy.version;
      expect(await servedBy(one)).toBe(2);
      await vi.waitFor(async () => expect(await servedBy(other)).toBe(2), followed);
      expect((await ask(other, 'POST', '/api/v1/models/recogniser/rollback')).status).toBe(200);
      expect(await servedBy(other)).toBe(1);
      await vi.waitFor(async () => expect(await servedBy(one)).toBe(1), followed);
    },
    patience,
  );

  it('leaves nothing of a person who is forgotten at one while he signs in at the other', async () => {
    const [, ben] = people as [Visitor, Visitor];
    const before = await leftovers();
    const { id } = await enrol(one, ben);
    const attempts = [signIn(one, ben), signIn(other, ben), signIn(other, ben)];
    const forgotten = ask(other, 'DELETE', `/api/v1/people/${id}`);
    for (const { status } of await Promise.all(attempts)) expect(status).toBe(200);
    expect((await forgotten).status).toBe(204);
    expect(await signIn(one, ben)).toMatchObject({ status: 200, decision: 'reject' });
    expect(await leftovers()).toEqual(before);
  });

  it(
    'says that the object store is away, keeps nothing half, and goes on when it is back',
    async (test) => {
      test.skip(network === undefined, 'no S3 server is built here: node scripts/test-servers.mjs');
      const [ada, , , dan] = people as [Visitor, Visitor, Visitor, Visitor];
      const before = await leftovers();
      if (network) network.mishap = () => 'busy';
      expect(await enrol(one, dan)).toMatchObject({ status: 503, code: 'object_store_failing' });
      expect(await signIn(other, ada)).toMatchObject({ status: 503, code: 'object_store_failing' });
      const ready = await fetch(`${one.url}/healthz/ready`);
      expect(await ready.json()).toMatchObject({ missing: { objects: expect.any(String) } });
      if (network) network.mishap = () => 'pass';
      const { id } = await enrol(one, dan);
      expect(await comeIn(other, dan)).toMatchObject({ decision: 'accept' });
      expect((await ask(one, 'DELETE', `/api/v1/people/${id}`)).status).toBe(204);
      expect(await leftovers()).toEqual(before);
    },
    patience,
  );

  it('enrols one of two who send the same recordings at once', async () => {
    const [, , cleo] = people as [Visitor, Visitor, Visitor];
    const both = await Promise.all([one, other].map((part) => enrolment(part, cleo)));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('has one part that leads, which answers nobody but its probes', async () => {
    expect((await fetch(`${controller.url}/healthz/ready`)).status).toBe(200);
    expect((await fetch(`${controller.url}/api/v1/challenges`, { method: 'POST' })).status).toBe(404);
    const held = async () => {
      const { db, close } = await openDatabase({ url: postgres.url });
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and granted and application_name = 'visavox leader'`.execute(db);
      await close();
      return rows[0]?.count;
    };
    expect(await held()).toBe(1);
  });

  it('hands the lead over when the part that leads is stopped', async () => {
    const said: string[] = [];
    const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line).msg) });
    const settings = { VISAVOX_ROLE: 'controller', VISAVOX_HOME: join(folder, 'another-home') };
    const second = await up(parseSettings({ ...environment, ...settings }, root), () => undefined, {
      logger: log,
    });
    expect(said).not.toContain('leading');
    await controller.stop();
    while (!said.includes('leading')) await pause(50);
    controller = second;
  });

  it('keeps a training that was asked for while pipelines run elsewhere', async () => {
    const asked = await ask(one, 'POST', '/api/v1/models/recogniser/training', { trigger: 'by hand' });
    expect(asked.status).toBe(202);
    const { body } = await ask(other, 'GET', '/api/v1/overview');
    expect(body.pending.training).toMatchObject({ run: asked.body.id, trigger: 'by hand' });
  });

  it(
    'says that the database is away, and goes on when it is back',
    async () => {
      const [ada] = people as [Visitor];
      await postgres.kill();
      for (const part of [one, other]) {
        const challenge = await ask(part, 'POST', '/api/v1/challenges', { name: ada.name });
        expect(challenge).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
        expect((await fetch(`${part.url}/healthz/live`)).status).toBe(200);
        const ready = await fetch(`${part.url}/healthz/ready`);
        expect(ready.status).toBe(503);
        expect(await ready.json()).toMatchObject({ missing: { database: expect.any(String) } });
      }
      await postgres.start();
      for (const part of [one, other, controller])
        while ((await fetch(`${part.url}/healthz/ready`)).status !== 200) await pause(100);
      expect(await comeIn(one, ada)).toMatchObject({ decision: 'accept' });
    },
    patience,
  );

  it('refuses a part with other secrets, and one without a shared store', async () => {
    const foreign = start('server', { VISAVOX_SECRETS: join(folder, 'other-secrets') });
    await expect(foreign).rejects.toMatchObject({ code: 'secret_differs' });
    expect(() => parseSettings({ VISAVOX_ROLE: 'server' }, root)).toThrow('DATABASE_URL');
  });

  /** What the database and the object store hold, counted. */
  async function leftovers() {
    const { db, close } = await openDatabase({ url: postgres.url });
    const tables = [
      'people',
      'samples',
      'templates',
      'attempt_recordings',
      'recording_intents',
      'recording_erasures',
    ];
    const counts: Record<string, number> = {};
    for (const table of tables) {
      const { rows } = await sql<{
        count: number;
      }>`select count(*)::int as count from ${sql.table(table)}`.execute(db);
      counts[table] = rows[0]?.count ?? 0;
    }
    await close();
    counts.objects = 0;
    const objects = await openOrCreateObjectStore(parseSettings(environment, root).objects);
    for await (const _ of objects.list('')) counts.objects++;
    return counts;
  }
});
