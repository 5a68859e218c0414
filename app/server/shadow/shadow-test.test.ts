import { SqlExperimentJournal } from '@visavox/adapters/sql/experiment-journal';
import { SqlExperimentStore } from '@visavox/adapters/sql/experiment-store';
import type { PlatformTables } from '@visavox/adapters/sql/tables';
import { Experiments } from '@visavox/control/experiments/experiments';
import { putBundle } from '@visavox/core/bundle';
import { ProductionTestPlan } from '@visavox/core/experiment';
import type { Release } from '@visavox/core/release';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import recogniser from '../recogniser-model.ts';
import { environment, modelName } from '../resources.ts';
import { testBundle } from '../testing/test-bundle.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { answer, enrol, measure, type Visitor, visitor } from '../testing/visitors.ts';
import { refusals, strangersLetIn } from './shadow-outcomes.ts';

let server: TestServer;
let ada: Visitor;
let ben: Visitor;
let experiments: Experiments;
let experiment: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  server = await startTestServer();
  [ada, ben] = [await visitor(0), await visitor(1)];
  for (const who of [ada, ben]) ids[who.name] = (await (await enrol(server, who)).json()).id;
  const { services } = server;
  experiments = new Experiments({
    ...{ store: new SqlExperimentStore(platformTables()), journal: journal() },
    releases: services.releases,
    promote: async () => {},
    holdBack: async () => {},
    newId: () => 'the-test',
    now: services.now,
    report: () => {},
  });
});
afterAll(async () => {
  await server.services.shadow.close();
  await server.close();
});

/** Refuses everybody: its threshold is out of reach. */
async function strictChallenger(): Promise<Release> {
  const { objects, releases, champion } = server.services;
  const release: Release = {
    ...{ id: 'strict', environment, model: modelName, version: 2 },
    bundle: await putBundle(objects, await testBundle(1, { threshold: 1000 })),
    ...{ stage: 'shadow', reason: 'trained', createdAt: new Date().toISOString(), promotedAt: null },
  };
  await releases.create(release);
  await champion.prepare(release);
  return release;
}

const plan = () => {
  const [declared] = recogniser.environments ?? [];
  if (typeof declared !== 'object' || !declared.experiment) throw new Error('the recogniser declares a test');
  const { minimumRequestsPerDay: _, ...rest } = ProductionTestPlan.parse(declared.experiment);
  return rest;
};

const platformTables = () => server.services.db as unknown as Kysely<PlatformTables>;
const journal = () => new SqlExperimentJournal(platformTables());
const judgements = () => server.services.db.selectFrom('shadow_judgements').selectAll().execute();
const told = () => journal().read(experiment, 0, 1000);
const records = async () => (await told()).flatMap((entry) => ('record' in entry ? [entry.record] : []));

/** Somebody who says to be Ada, whom neither would have let in. */
async function refusedInShadow(visit: string | null): Promise<void> {
  const { id, decision } = await (await answer(server, { as: ada.name, by: ben })).json();
  expect(decision).toBe('reject');
  await server.services.db
    .insertInto('shadow_judgements')
    .values({
      ...{ attempt: id, experiment, person: ids[ada.name] ?? '', visit, champion: false, challenger: false },
      ...{ champion_stranger: false, challenger_stranger: false, created_at: server.services.now() },
    })
    .onConflict((conflict) => conflict.column('attempt').doUpdateSet({ visit }))
    .execute();
}

it('asks nobody beside the champion while no test runs', async () => {
  await server.services.shadow.follow();
  expect((await (await answer(server, { as: ada.name, by: ada })).json()).decision).toBe('accept');
  await server.services.shadow.settled();
  expect(await judgements()).toEqual([]);
});

it('has the challenger judge what the champion decides, and tells what became of it', async () => {
  const { shadow, shadowOutcomes } = server.services;
  const challenger = await strictChallenger();
  ({ id: experiment } = await experiments.begin(challenger.id, { model: modelName, environment }, plan()));
  await shadow.follow();
  expect(shadow.experiment).toBe(experiment);

  const answered = await (await answer(server, { as: ada.name, by: ada })).json();
  expect(answered).toMatchObject({ decision: 'accept', servedBy: { version: 1 } });
  await shadow.settled();
  expect(await judgements()).toMatchObject([
    { champion: true, challenger: false, champion_stranger: false, challenger_stranger: false },
  ]);
  await shadowOutcomes.tell(experiments);
  await shadowOutcomes.tell(experiments);
  const [record, ...others] = await records();
  expect(others).toEqual([]);
  expect(record).toMatchObject({
    champion: { [refusals]: 0, [strangersLetIn]: 0 },
    challenger: { [refusals]: 1, [strangersLetIn]: 0 },
  });
  expect(JSON.stringify(await told()), 'a pseudonym').not.toContain(ids[ada.name]);
  expect(await judgements()).toEqual([]);
});

it('leaves out what operators measure', async () => {
  await measure(server, { as: ada.name, probe: ada.probe });
  await server.services.shadow.settled();
  expect(await judgements()).toEqual([]);
});

it('counts a refusal when the person is let in at the same visit soon after, and no near miss', async () => {
  const { shadow, shadowOutcomes, now } = server.services;
  await refusedInShadow('a visit');
  await shadowOutcomes.tell(experiments);
  expect(await judgements(), 'nobody knows yet').toHaveLength(1);
  const seen = { person: ids[ada.name] ?? '', at: now() };
  shadow.letIn({ ...seen, visit: 'another visit' });
  shadow.letIn({ ...seen, visit: null });
  await shadow.settled();
  await shadowOutcomes.tell(experiments);
  expect(await records()).toHaveLength(1);
  shadow.letIn({ ...seen, visit: 'a visit' });
  await shadow.settled();
  await shadowOutcomes.tell(experiments);
  expect((await records()).at(-1)).toMatchObject({
    champion: { [refusals]: 1 },
    challenger: { [refusals]: 1 },
  });
});

it('drops what stays open, counting only that nobody else was let in', async () => {
  const { shadowOutcomes } = server.services;
  await refusedInShadow(null);
  server.advance(25 * 60 * 60);
  await shadowOutcomes.tell(experiments);
  expect(await judgements()).toEqual([]);
  expect((await records()).at(-1)?.champion).toEqual({ [strangersLetIn]: 0 });
});

it('tells what is known, however much is open before it', async () => {
  const { db, shadow, shadowOutcomes, now } = server.services;
  const before = (await records()).length;
  await sql`insert into attempts (id, person, release, model, version, bundle, decision, reasons, created_at, latency_ms)
    select 'open ' || number, ${ids[ada.name]}, 'first', 'recogniser', 1, 'a bundle', 'reject', '[]', ${now()}, 1
    from generate_series(1, 600) number`.execute(db);
  await sql`insert into shadow_judgements (attempt, experiment, person, champion, challenger, created_at)
    select 'open ' || number, ${experiment}, ${ids[ada.name]}, false, false, ${now()}
    from generate_series(1, 600) number`.execute(db);
  expect((await (await answer(server, { as: ada.name, by: ada })).json()).decision).toBe('accept');
  await shadow.settled();
  await shadowOutcomes.tell(experiments);
  expect(await records()).toHaveLength(before + 1);
  expect(await judgements()).toHaveLength(600);
  await db.deleteFrom('attempts').where('id', 'like', 'open %').execute();
});

it('keeps nothing of who is forgotten, and goes on when the test has ended', async () => {
  const { shadow, shadowOutcomes, people } = server.services;
  await answer(server, { as: ben.name, by: ben });
  await shadow.settled();
  expect(await judgements()).toHaveLength(1);
  await people.forget(ids[ben.name] ?? '');
  expect(await judgements()).toEqual([]);

  await answer(server, { as: ada.name, by: ada });
  await shadow.settled();
  await experiments.stop(experiment, 'enough');
  await shadowOutcomes.tell(experiments);
  expect(await judgements()).toEqual([]);
  await shadow.follow();
  expect(shadow.experiment).toBeUndefined();
});

it('knows how much traffic there is', async () => {
  const { attempts } = server.services;
  expect(await attempts.perDay()).toBeGreaterThan(0.5);
  server.advance(8 * 24 * 60 * 60);
  expect(await attempts.perDay()).toBe(0);
});
