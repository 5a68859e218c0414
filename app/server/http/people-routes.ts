import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Person } from '../enrolment/people.ts';
import type { ApiResources } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { requirePerson, requireRecentPerson } from './auth.ts';
import { giveCookie } from './cookies.ts';
import { routes } from './routes.ts';
import { readUpload } from './uploads.ts';

export function addPeopleRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { people, waysIn, log, secureCookies, now } = resources;

  app.openapi(routes.enrol, async (c) => {
    const { fields, recordings } = await readUpload(c, {
      fields: ['name', 'consent'],
      optional: ['prompts'],
      frames: false,
    });
    const person = await people.enrol({
      name: fields.get('name') ?? '',
      consent: fields.get('consent') === 'true',
      recordings,
      prompts: fields.get('prompts')?.split(',') ?? [],
      idempotencyKey: c.req.header('idempotency-key'),
    });
    log.info({ requestId: c.get('requestId'), person: person.id, samples: person.samples }, 'enrolled');
    if (!c.get('caller').program) {
      const value = await waysIn.tickets.give(person);
      giveCookie(c, 'enrolled', { value, secure: secureCookies });
    }
    return c.json(toldPerson(person), 201);
  });

  app.openapi(routes.people, async (c) => c.json({ people: (await people.list()).map(toldPerson) }, 200));

  app.openapi(routes.person, async (c) => {
    const { id } = c.req.valid('param');
    requirePerson(c, id);
    return c.json(toldPerson(await people.get(id)), 200);
  });

  app.openapi(routes.forget, async (c) => {
    const { id } = c.req.valid('param');
    requirePerson(c, id);
    // Nothing brings a person back: whoever finds a page left open may not do this.
    if (!c.get('caller').operator) requireRecentPerson(c, now);
    await people.forget(id);
    log.info({ requestId: c.get('requestId'), person: id }, 'forgotten');
    return c.body(null, 204);
  });
}

export function toldPerson(person: Person) {
  const { enrolledAt, ...rest } = person;
  return { ...rest, enrolledAt: enrolledAt.toISOString() };
}
