import { trace } from '@visavox/core/lineage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { enrol, measure, type Visitor, visitor } from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;

beforeAll(async () => {
  server = await startTestServer();
  ada = await visitor(0);
});
afterAll(() => server.close());

it('has nothing to train on before anybody enrolled', async () => {
  await expect(server.services.trainingData.snapshot()).rejects.toMatchObject({ code: 'no_samples' });
});

it('freezes the samples, and counts what came since', async () => {
  const { trainingData } = server.services;
  const { id } = await (await enrol(server, ada)).json();
  expect(await trainingData.countNew(null)).toEqual({ people: 1, samples: 6 });

  const dataset = await trainingData.snapshot();
  expect((await trainingData.snapshot()).digest, 'nothing new, the same version').toBe(dataset.digest);
  expect(dataset.manifest.items).toHaveLength(6);
  expect(dataset.manifest.items[0]).toMatchObject({
    labels: { person: id },
    provenance: { source: 'enrolment', consent: 'biometric-sign-in/1' },
  });
  expect(await trainingData.countNew(dataset.digest)).toEqual({ people: 0, samples: 0 });

  const attempt = await (await measure(server, { as: ada.name, probe: ada.probe })).json();
  await server.services.attempts.feedback(attempt.id, 'genuine', { person: null, operator: true });
  expect(await trainingData.countNew(dataset.digest)).toEqual({ people: 0, samples: 3 });
});

it('traces a person to datasets and attempts, and an attempt to what it was made from and became', async () => {
  const { people, attempts } = server.services;
  const [person] = await people.list();
  const latest = (await attempts.list({ limit: 1 }))[0]?.id ?? '';
  const relations = async (kind: 'person' | 'attempt', id: string) => {
    const { edges } = await trace({ kind, id }, server.lineage);
    return [...new Set(edges.map(({ from, relation, to }) => `${from.kind} ${relation} ${to.kind}`))].sort();
  };
  expect(await relations('person', person?.id ?? '')).toEqual([
    'attempt became sample',
    'person gave sample',
    'sample compared in attempt',
    'sample contained in dataset',
  ]);
  expect(await relations('attempt', latest)).toEqual([
    'attempt became sample',
    'model released as release',
    'person gave sample',
    'release decided attempt',
    'sample compared in attempt',
  ]);
});
