import { z } from '@hono/zod-openapi';

const Time = z.iso.datetime();
const Decision = z.enum(['accept', 'reject', 'step_up']);
const Outcome = z.enum(['genuine', 'impostor']);
const PersonName = z.object({ id: z.string(), name: z.string() });

export const CaptureVerdict = z
  .object({
    ok: z.literal(true),
    quality: z.record(z.string(), z.number()),
    hints: z.array(z.string()).openapi({ description: 'what would make it better' }),
  })
  .openapi('CaptureVerdict');

export const Challenge = z
  .object({
    id: z.string(),
    digits: z.string().openapi({ description: 'to be spoken, in any language that the person enrolled in' }),
    turn: z.enum(['left', 'right']).nullable().openapi({
      description: 'where to turn the head before speaking, as the person sees it; null when not asked for',
    }),
    expiresAt: Time,
  })
  .openapi('Challenge');

export const ChallengeWish = z
  .object({
    purpose: z.enum(['sign-in', 'enrolment']).default('sign-in'),
    invitation: z.string().max(200).optional().openapi({ description: 'of whoever enrols by one' }),
    withoutTurn: z.boolean().default(false).openapi({
      description: 'for people who cannot turn the head: more digits instead',
    }),
    name: z.string().max(200).optional().openapi({
      description: 'who will answer; nothing tells whether anybody has this name',
    }),
  })
  .openapi('ChallengeWish');

export const otherWays = ['passkey', 'recovery_code', 'operator_code'] as const;
export const AttemptResult = z
  .object({
    id: z.string(),
    decision: z.enum(['accept', 'reject']),
    person: PersonName.nullable(),
    servedBy: z.object({ model: z.string(), version: z.int() }),
    hints: z.array(z.string()).openapi({
      description: 'what would make the recordings better, as they themselves show, whoever is in them',
    }),
    reasons: z.array(z.string()).openapi({
      description: 'not_recognised, whatever was wrong and whether anybody has the name; empty when accepted',
    }),
    otherWays: z.array(z.enum(otherWays)).openapi({
      description: 'how else to sign in; the same for every name',
    }),
    measured: z.boolean().openapi({ description: 'recordings that were measured: no session comes of it' }),
  })
  .openapi('AttemptResult');

export const Attempts = z
  .object({
    attempts: z.array(
      z.object({
        id: z.string(),
        person: PersonName.nullable(),
        decision: Decision,
        reasons: z.array(z.string()),
        servedBy: z.object({ model: z.string(), version: z.int(), release: z.string() }),
        createdAt: Time,
        latencyMs: z.int(),
        feedback: Outcome.nullable(),
      }),
    ),
  })
  .openapi('Attempts');

export const Feedback = z.object({ outcome: Outcome }).openapi('Feedback');
export const FeedbackResult = z
  .object({ id: z.string(), outcome: Outcome, samples: z.int() })
  .openapi('FeedbackResult');

export const Samples = z
  .object({
    samples: z.array(
      z.object({
        id: z.string(),
        person: z.string(),
        modality: z.enum(['face', 'voice']),
        digest: z.string(),
        bytes: z.int(),
        mediaType: z.string(),
        capturedAt: Time,
        source: z.enum(['enrolment', 'attempt', 'merged']),
        attempt: z.string().nullable(),
        consent: z.string(),
      }),
    ),
  })
  .openapi('Samples');

export const Overview = z
  .object({
    people: z.int(),
    samples: z.int(),
    attempts: z.array(z.object({ day: z.iso.date(), decision: Decision, count: z.int() })),
    champion: z.object({ model: z.string(), version: z.int(), since: Time }).nullable(),
    pending: z.object({
      model: z.string(),
      newPeople: z.int(),
      newSamples: z.int(),
      thresholds: z.object({ people: z.int(), samples: z.int() }),
      training: z.object({ run: z.string(), trigger: z.string() }).nullable(),
      lastFailure: z.object({ run: z.string().nullable(), at: z.string(), reason: z.string() }).nullable(),
      paused: z.boolean().openapi({ description: 'nothing is begun by itself' }),
    }),
    weakAgainst: z
      .array(z.object({ attack: z.string(), material: z.string(), presentations: z.int(), errors: z.int() }))
      .openapi({ description: 'rows of the attack table that fall short, as they were measured' }),
  })
  .openapi('Overview');

const ShownTable = z.object({
  head: z.array(z.string()).readonly(),
  rows: z.array(z.array(z.string()).readonly()).readonly(),
});
export const ModelReport = z
  .object({
    model: z.string(),
    title: z.string(),
    tables: z.array(ShownTable.extend({ title: z.string() })),
    plots: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        description: z.string().openapi({ description: 'the plot in words' }),
        svg: z.string(),
        table: ShownTable,
      }),
    ),
    card: z.string().openapi({ description: 'the model card, in Markdown' }),
  })
  .openapi('ModelReport');
/** What is in a form in any case; the other parts may be left out. */
const requiredParts = ['name', 'consent', 'face', 'voice'];

/** Bodies that are read by hand: schemas for the description alone. */
export const enrolmentForm = form(
  {
    name: { type: 'string', maxLength: 80 },
    consent: { type: 'string', enum: ['true'] },
    face: files(3, 5, 'JPEG, PNG or WebP'),
    voice: files(3, 3, 'WAV, WebM or Ogg with Opus, FLAC or MP3'),
    challenge: {
      type: 'string',
      description:
        'of the purpose "enrolment"; the recordings say its prompts. Without one, operators enrol people from recordings, for measuring',
    },
    frame: files(0, 80, 'JPEG: the head while it turns as the challenge asks, 8 at least'),
    frameTimes: {
      type: 'string',
      description: 'when each frame was taken, in milliseconds from the first, ascending: 0,140,290,…,5200',
    },
    invitation: { type: 'string', description: 'the token of an invitation, where people enrol by one' },
    prompts: {
      type: 'string',
      description:
        'from operators without a challenge: the digits that each recording says, such as 04719,83526,71048, best all ten',
    },
  },
  'Everything or nothing is kept.',
);
/** As an enrolment, of a person who is known already. */
export const faceAndVoiceForm = form(
  {
    consent: { type: 'string', enum: ['true'] },
    challenge: { type: 'string', description: 'of the purpose "enrolment"; the recordings say its prompts' },
    face: files(3, 5, 'JPEG, PNG or WebP'),
    voice: files(3, 3, 'WAV, WebM or Ogg with Opus, FLAC or MP3'),
    frame: files(8, 80, 'JPEG: the head while it turns as the challenge asks'),
    frameTimes: { type: 'string', description: 'when each frame was taken, as when enrolling' },
  },
  'Everything or nothing is kept.',
);
export const attemptForm = form(
  {
    name: { type: 'string', maxLength: 80 },
    challenge: { type: 'string' },
    face: files(1, 5, 'JPEG, PNG or WebP'),
    voice: files(1, 1, 'WAV, WebM or Ogg with Opus, FLAC or MP3, saying the digits'),
    frame: files(
      0,
      80,
      'JPEG: the face, about eight times a second, turning as asked and then saying the digits',
    ),
    frameTimes: {
      type: 'string',
      description:
        'when each frame was taken, in milliseconds from the beginning of the recording (negative: before), ascending: -2400,-2150,…,3500',
    },
  },
  'Kept encrypted until it is confirmed or too old.',
  [...requiredParts, 'challenge'],
);

interface FormProperty {
  readonly type: 'string' | 'array';
  readonly [key: string]: unknown;
}

export function form(
  properties: Record<string, FormProperty>,
  description: string,
  always: readonly string[] = requiredParts,
) {
  const required = Object.keys(properties).filter((name) => always.includes(name));
  const schema = { type: 'object' as const, required, properties, description };
  return { required: true, content: { 'multipart/form-data': { schema } } };
}

export function files(minItems: number, maxItems: number, description: string): FormProperty {
  return { type: 'array', items: { type: 'string', format: 'binary' }, minItems, maxItems, description };
}

export function binaryBody(mediaType: string) {
  const schema = { type: 'string' as const, format: 'binary' };
  return { required: true, content: { [mediaType]: { schema } } };
}
