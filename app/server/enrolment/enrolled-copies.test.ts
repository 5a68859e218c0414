import { putBundle } from '@visavox/core/bundle';
import { dot } from '@visavox/recognition/signals/vectors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Template } from '../recogniser-port.ts';
import { environment, modelName } from '../resources.ts';
import { testBundle } from '../testing/test-bundle.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { enrol, visitor } from '../testing/visitors.ts';
import { personName } from './person-name.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function release(version: number, { copies }: { copies: boolean }): Promise<void> {
  const { champion, releases, objects } = server.services;
  const next = {
    id: `version ${version}`,
    environment,
    model: modelName,
    version,
    bundle: await putBundle(objects, await testBundle(version, { copies })),
    stage: 'preparing' as const,
    reason: 'trained',
    createdAt: new Date().toISOString(),
    promotedAt: null,
  };
  await releases.create(next);
  await champion.prepare(next);
  await releases.promote(next.id, 'better');
  await champion.activate(next);
}

async function templateOf(name: string): Promise<Template> {
  const { champion, people, templates } = server.services;
  const person = await people.claimed(personName(name).key);
  if (!person) throw new TypeError(`${name} is not enrolled`);
  return champion.use(({ loaded }) => templates.of(person.id, loaded));
}

const alike = (a: Template, b: Template) => [dot(a.face!, b.face!), dot(a.voice!, b.voice!)];

it('makes the same template at an enrolment and from its recordings, with copies and without', async () => {
  const [ada, ben] = [await visitor(0), await visitor(1)];
  await enrol(server, ada);
  const plain = await templateOf(ada.name);

  await release(2, { copies: true });
  const withCopies = await templateOf(ada.name);
  for (const cosine of alike(plain, withCopies)) expect(cosine).toBeLessThan(0.999);
  expect(dot(plain.voice!, withCopies.voiceAlone!), 'for what comes in clear').toBeCloseTo(1, 4);
  await enrol(server, ben);
  const atOnce = await templateOf(ben.name);
  await server.services.db.deleteFrom('templates').execute();
  const again = await templateOf(ben.name);
  for (const cosine of alike(atOnce, again)) expect(cosine).toBeCloseTo(1, 4);
  expect(dot(atOnce.voiceAlone!, again.voiceAlone!)).toBeCloseTo(1, 4);

  await release(3, { copies: false });
  for (const cosine of alike(plain, await templateOf(ada.name))) expect(cosine).toBeCloseTo(1, 4);
});
