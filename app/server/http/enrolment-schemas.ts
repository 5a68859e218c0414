import { z } from '@hono/zod-openapi';

const Time = z.iso.datetime();
const PersonName = z.object({ id: z.string(), name: z.string() });

export const Person = z
  .object({
    id: z.string(),
    name: z.string(),
    enrolledAt: Time,
    samples: z.object({ face: z.int(), voice: z.int() }),
    waysIn: z
      .object({ passkeys: z.int(), recoveryCodes: z.int() })
      .openapi({ description: 'what they can sign in with beside face and voice' }),
    state: z.enum(['active', 'pending']).optional().openapi({
      description: 'for operators: whoever is pending waits for a review, and cannot sign in',
    }),
    verified: z.boolean().optional().openapi({
      description: 'for operators: somebody was there who turned the head and said the digits',
    }),
    review: z
      .array(
        z.object({
          reason: z.enum(['name', 'face']),
          match: PersonName.nullable().openapi({ description: 'who was found; null once forgotten' }),
        }),
      )
      .optional()
      .openapi({ description: 'for operators: why somebody is pending' }),
  })
  .openapi('Person');
export const People = z.object({ people: z.array(Person) }).openapi('People');

export const EnrolmentChallenge = z
  .object({
    id: z.string(),
    prompts: z.array(z.string()).openapi({
      description: 'three utterances of five digits each: all ten, and five of them again',
    }),
    turns: z.array(z.enum(['left', 'right'])).openapi({
      description:
        'where to turn the head, one after another, as the person sees it; none where not asked for',
    }),
    expiresAt: Time,
    name: z.string().optional().openapi({ description: 'of whoever is invited' }),
  })
  .openapi('EnrolmentChallenge');

export const Invitation = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: Time,
    expiresAt: Time,
    state: z.enum(['open', 'used', 'expired']),
    person: z.string().nullable().openapi({ description: 'who enrolled with it' }),
  })
  .openapi('Invitation');
export const Invitations = z.object({ invitations: z.array(Invitation) }).openapi('Invitations');
export const NewInvitation = z
  .object({ name: z.string().min(1).max(200), days: z.int().min(1).max(90).default(7) })
  .openapi('NewInvitation');
export const InvitationWithLink = Invitation.extend({
  token: z.string().openapi({ description: 'told this once' }),
  link: z.string().openapi({ description: 'to be given to whoever is invited, and to nobody else' }),
}).openapi('InvitationWithLink');
export const InvitationToken = z
  .object({ invitation: z.string().min(1).max(200) })
  .openapi('InvitationToken');
export const Invited = z.object({ name: z.string(), expiresAt: Time }).openapi('Invited');

export const EnrolmentPolicy = z
  .object({ enrolment: z.enum(['open', 'invitation']) })
  .openapi('EnrolmentPolicy');

export const Review = z
  .discriminatedUnion('decision', [
    z.object({
      decision: z.literal('approve'),
      name: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .openapi({ description: 'another name, where the present one is somebody’s' }),
    }),
    z.object({ decision: z.literal('merge'), into: z.string().min(1).max(200) }),
    z.object({ decision: z.literal('reject') }),
  ])
  .openapi('Review');
