import { ModelVersion } from '@visavox/core/model';
import { Release } from '@visavox/core/release';
import { RunSummary } from '@visavox/core/run-summary';
import { z } from 'zod';

/** What the server answers. Fields that are not named here may come along and are dropped. */
export const Person = z.object({
  id: z.string(),
  name: z.string(),
  enrolledAt: z.string(),
  samples: z.object({ face: z.number(), voice: z.number() }),
  waysIn: z
    .object({ passkeys: z.number(), recoveryCodes: z.number() })
    .default({ passkeys: 0, recoveryCodes: 0 }),
  /** For operators: whoever is pending waits for a review. */
  state: z.enum(['active', 'pending']).optional(),
  /** For operators: somebody was there who turned the head and said digits. */
  verified: z.boolean().optional(),
  review: z
    .array(z.object({ reason: z.string(), match: z.object({ id: z.string(), name: z.string() }).nullable() }))
    .optional(),
});
export type Person = z.infer<typeof Person>;
export const People = z.object({ people: z.array(Person) });

/** Lets a person in once; told when it is issued and never again. */
export const IssuedCode = z.object({
  person: z.object({ id: z.string(), name: z.string() }),
  code: z.string(),
  expiresAt: z.string(),
});
export type IssuedCode = z.infer<typeof IssuedCode>;

export const AccessEvents = z.object({
  events: z.array(
    z.object({
      at: z.string(),
      kind: z.string(),
      by: z.string(),
      person: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
});
export type AccessEvent = z.infer<typeof AccessEvents>['events'][number];
export const Reviewed = z.object({ person: Person.nullable() });

export const Invitation = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  state: z.enum(['open', 'used', 'expired']),
  person: z.string().nullable(),
});
export type Invitation = z.infer<typeof Invitation>;
export const Invitations = z.object({ invitations: z.array(Invitation) });
export const InvitationWithLink = Invitation.extend({ token: z.string(), link: z.string() });

export const CaptureVerdict = z.object({
  ok: z.literal(true),
  quality: z.record(z.string(), z.number()),
  hints: z.array(z.string()),
});
export type CaptureVerdict = z.infer<typeof CaptureVerdict>;

export const Challenge = z.object({
  id: z.string(),
  digits: z.string(),
  /** Where to turn the head before speaking, as the person sees it; null where it is not asked for. */
  turn: z.enum(['left', 'right']).nullable(),
  expiresAt: z.string(),
});
export type Challenge = z.infer<typeof Challenge>;

export const EnrolmentChallenge = z.object({
  id: z.string(),
  /** Three utterances of five digits each. */
  prompts: z.array(z.string()),
  /** Where to turn the head, one after another, as the person sees it; none where it is not asked for. */
  turns: z.array(z.enum(['left', 'right'])),
  expiresAt: z.string(),
});
export type EnrolmentChallenge = z.infer<typeof EnrolmentChallenge>;

export const Attempt = z.object({
  id: z.string(),
  decision: z.enum(['accept', 'reject', 'step_up']),
  person: z.object({ id: z.string(), name: z.string() }).nullable(),
  servedBy: z.object({ model: z.string(), version: z.number() }),
  reasons: z.array(z.string()),
});
export type Attempt = z.infer<typeof Attempt>;

const Serving = z.object({ model: z.string(), version: z.number() }).nullable();
export const Status = z.object({
  services: z.array(z.object({ name: z.string(), healthy: z.boolean(), url: z.string().nullable() })),
  environments: z.array(
    z.object({ name: z.string(), model: z.string(), champion: Serving, challenger: Serving }),
  ),
  people: z.number(),
  samples: z.number(),
});
export type Status = z.infer<typeof Status>;

export const Overview = z.object({
  people: z.number(),
  samples: z.number(),
  pending: z.object({
    newPeople: z.number(),
    newSamples: z.number(),
    thresholds: z.object({ people: z.number(), samples: z.number() }),
    training: z.object({ run: z.string(), trigger: z.string() }).nullable(),
    lastFailure: z.object({ run: z.string().nullable(), at: z.string(), reason: z.string() }).nullable(),
    paused: z.boolean(),
  }),
});
export type Overview = z.infer<typeof Overview>;

export const Runs = z.object({ runs: z.array(RunSummary) });
export const Models = z.object({ models: z.array(ModelVersion) });
export const Releases = z.object({ releases: z.array(Release) });
export const Trace = z.object({
  nodes: z.array(z.object({ kind: z.string(), id: z.string(), label: z.string().optional() })),
  edges: z.array(z.object({ from: z.string(), to: z.string(), relation: z.string() })),
});
export type Trace = z.infer<typeof Trace>;
