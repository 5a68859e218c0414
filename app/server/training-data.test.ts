import { trace } from '@visavox/core/lineage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { enrol, signIn, type Visitor, visitor } from './testing/visitors.ts';

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

  const attempt = await (await signIn(server, { as: ada.name, probe: ada.probe })).json();
  await server.services.attempts.feedback(attempt.id, 'genuine', { person: null, operator: true });
  expect(await trainingData.countNew(dataset.digest)).toEqual({ people: 0, samples: 3 });
});

it('traces a person to the dataset, and a confirmed attempt to its samples', async () => {
  const { people, attempts } = server.services;
  const [person] = await people.list();
  const line = await trace({ kind: 'person', id: person?.id ?? '' }, server.lineage);
  expect(new Set(line.edges.map((edge) => edge.relation))).toEqual(new Set(['gave', 'contained in']));

  const latest = await trace({ kind: 'attempt', id: (await attempts.latest()) ?? '' }, server.lineage);
  const relations = latest.edges.map((edge) => `${edge.from.kind} ${edge.relation} ${edge.to.kind}`);
  expect(new Set(relations)).toEqual(
    new Set(['release decided attempt', 'model released as release', 'attempt became sample']),
  );
});
