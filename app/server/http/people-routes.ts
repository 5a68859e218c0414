import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Person } from '../enrolment/people.ts';
import type { ApiResources } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { requirePerson, requireRecentPerson } from './auth.ts';
import { burstOf } from './burst.ts';
import { giveCookie } from './cookies.ts';
import { routes } from './routes.ts';
import { readUpload } from './uploads.ts';

export function addPeopleRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { enrolment, people, waysIn, log, secureCookies, now } = resources;

  app.openapi(routes.enrol, async (c) => {
    const { fields, recordings, frames } = await readUpload(c, {
      fields: ['name', 'consent'],
      optional: ['challenge', 'frameTimes', 'invitation', 'prompts'],
      frames: true,
    });
    const { operator, program } = c.get('caller');
    const person = await enrolment.enrol({
      name: fields.get('name') ?? '',
      consent: fields.get('consent') === 'true',
      recordings,
      challenge: fields.get('challenge'),
      frames: burstOf(frames, fields.get('frameTimes')),
      invitation: fields.get('invitation'),
      prompts: fields.get('prompts')?.split(',') ?? [],
      idempotencyKey: c.req.header('idempotency-key'),
      by: { client: c.get('visitor'), operator, program },
    });
    const { id, samples, state, verified } = person;
    log.info({ requestId: c.get('requestId'), person: id, samples, state, verified }, 'enrolled');
    if (!program) {
      const value = await waysIn.tickets.give(person);
      giveCookie(c, 'enrolled', { value, secure: secureCookies });
    }
    return c.json(toldPerson(person, operator), 201);
  });

  app.openapi(routes.people, async (c) =>
    c.json({ people: (await people.list()).map((person) => toldPerson(person, true)) }, 200),
  );

  app.openapi(routes.person, async (c) => {
    const { id } = c.req.valid('param');
    requirePerson(c, id);
    return c.json(toldPerson(await people.get(id), c.get('caller').operator), 200);
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

/** To everybody but operators, whoever is pending looks like whoever is not. */
export function toldPerson(person: Person, operator: boolean) {
  const { id, name, enrolledAt, samples, waysIn, state, verified, review } = person;
  const told = { id, name, enrolledAt: enrolledAt.toISOString(), samples, waysIn };
  return operator ? { ...told, state, verified, review: review.map((finding) => ({ ...finding })) } : told;
}
