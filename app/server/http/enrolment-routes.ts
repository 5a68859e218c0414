import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { body, Id, json, none, operator, problem } from '@visavox/api/route-parts';
import type { Invitation } from '../enrolment/invitations.ts';
import type { ApiResources } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { requirePerson, speakerOf } from './auth.ts';
import { burstOf } from './burst.ts';
import {
  Invitations,
  InvitationToken,
  InvitationWithLink,
  Invited,
  NewInvitation,
  Person,
  Review,
} from './enrolment-schemas.ts';
import { toldPerson } from './people-routes.ts';
import { files, form } from './schemas.ts';
import { readUpload } from './uploads.ts';

const verificationForm = form(
  {
    challenge: { type: 'string', description: 'of the purpose "enrolment"' },
    face: files(1, 5, 'JPEG, PNG or WebP'),
    voice: files(3, 3, 'WAV, WebM or Ogg with Opus, FLAC or MP3, saying the prompts'),
    frame: files(8, 80, 'JPEG: the head while it turns'),
    frameTimes: { type: 'string', description: 'when each frame was taken, in milliseconds from the first' },
  },
  'Nothing of it is kept but how the digits were said.',
);

export const enrolmentRoutes = {
  invite: createRoute({
    method: 'post',
    path: '/api/v1/invitations',
    tags: ['people'],
    summary: 'Invite a person, who may then enrol once under this name',
    security: operator,
    request: { body: body(NewInvitation) },
    responses: { 201: json(InvitationWithLink, 'invited'), default: problem },
  }),
  invitations: createRoute({
    method: 'get',
    path: '/api/v1/invitations',
    tags: ['people'],
    security: operator,
    responses: { 200: json(Invitations, 'newest first'), default: problem },
  }),
  revokeInvitation: createRoute({
    method: 'delete',
    path: '/api/v1/invitations/{id}',
    tags: ['people'],
    summary: 'An invitation that nobody used is good for nobody any more',
    security: operator,
    request: { params: Id },
    responses: { 204: none, default: problem },
  }),
  openInvitation: createRoute({
    method: 'post',
    path: '/api/v1/invitations/open',
    tags: ['people'],
    summary: 'Whom an invitation is for; it stays as good as it was',
    request: { body: body(InvitationToken) },
    responses: { 200: json(Invited, 'good'), default: problem },
  }),
  review: createRoute({
    method: 'post',
    path: '/api/v1/people/{id}/review',
    tags: ['people'],
    summary:
      'Decide about somebody who is pending: a person of their own, somebody who is enrolled, or nobody',
    security: operator,
    request: { params: Id, body: body(Review) },
    responses: {
      200: json(z.object({ person: Person.nullable() }), 'decided; null where nobody is left'),
      default: problem,
    },
  }),
  verify: createRoute({
    method: 'post',
    path: '/api/v1/people/{id}/verification',
    tags: ['people'],
    summary:
      'Turn the head and say the digits, for somebody who was enrolled from recordings; by whoever signed in another way',
    security: operator,
    request: { params: Id, body: verificationForm },
    responses: { 200: json(Person, 'verified'), default: problem },
  }),
} as const;

/** Of these, operators alone. */
export const operatorsOfEnrolment = [
  enrolmentRoutes.invite,
  enrolmentRoutes.invitations,
  enrolmentRoutes.revokeInvitation,
  enrolmentRoutes.review,
];

export function addEnrolmentRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { invitations, reviews, people, verification, publicUrl, log } = resources;

  app.openapi(enrolmentRoutes.invite, async (c) => {
    const { name, days } = c.req.valid('json');
    const { invitation, token } = await invitations.create({ name, days });
    log.info({ requestId: c.get('requestId'), invitation: invitation.id }, 'invited');
    const link = `${publicUrl ?? new URL(c.req.url).origin}/enrol?invitation=${token}`;
    return c.json({ ...told(invitation), token, link }, 201);
  });

  app.openapi(enrolmentRoutes.invitations, async (c) =>
    c.json({ invitations: (await invitations.list()).map(told) }, 200),
  );

  app.openapi(enrolmentRoutes.revokeInvitation, async (c) => {
    const { id } = c.req.valid('param');
    await invitations.revoke(id);
    log.info({ requestId: c.get('requestId'), invitation: id }, 'invitation revoked');
    return c.body(null, 204);
  });

  app.openapi(enrolmentRoutes.openInvitation, async (c) => {
    const { name, expiresAt } = await invitations.find(c.req.valid('json').invitation);
    return c.json({ name, expiresAt: expiresAt.toISOString() }, 200);
  });

  app.openapi(enrolmentRoutes.review, async (c) => {
    const { id } = c.req.valid('param');
    const review = c.req.valid('json');
    await reviews.decide(id, review);
    log.info({ requestId: c.get('requestId'), person: id, decision: review.decision }, 'newcomer reviewed');
    if (review.decision === 'reject') return c.json({ person: null }, 200);
    const left = review.decision === 'merge' ? review.into : id;
    return c.json({ person: toldPerson(await people.get(left), true) }, 200);
  });

  app.openapi(enrolmentRoutes.verify, async (c) => {
    const { id } = c.req.valid('param');
    requirePerson(c, id);
    const { fields, recordings, frames } = await readUpload(c, {
      fields: ['challenge'],
      optional: ['frameTimes'],
      frames: true,
    });
    await verification.verify({
      person: id,
      challenge: fields.get('challenge') ?? '',
      recordings,
      frames: burstOf(frames, fields.get('frameTimes')),
      by: { client: c.get('visitor'), caller: speakerOf(c.get('caller')) },
    });
    log.info({ requestId: c.get('requestId'), person: id }, 'verified');
    return c.json(toldPerson(await people.get(id), c.get('caller').operator), 200);
  });
}

function told({ createdAt, expiresAt, ...invitation }: Invitation) {
  return { ...invitation, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
