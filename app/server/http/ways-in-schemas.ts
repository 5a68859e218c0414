import { z } from '@hono/zod-openapi';
import { methods, signInPolicies, steps } from '../ways-in/policy.ts';
import type { AuthenticationAnswer, RegistrationAnswer } from '../ways-in/webauthn.ts';

const Time = z.iso.datetime();
const PersonName = z.object({ id: z.string(), name: z.string() });
const Name = z.string().max(200);

export const Method = z.enum(methods);
export const Session = z
  .object({
    person: PersonName.nullable().openapi({ description: 'signed in with everything that is asked for' }),
    operator: z.boolean(),
    amr: z.array(Method).openapi({ description: 'how it was shown who this is (RFC 8176)' }),
    authenticatedAt: Time.nullable().openapi({ description: 'when it was shown last' }),
    underway: PersonName.nullable().openapi({ description: 'who has another step of the sign-in to take' }),
    next: z.enum(steps).nullable().openapi({ description: 'that step' }),
    policy: z.enum(signInPolicies).openapi({ description: 'what a sign-in consists of on this service' }),
  })
  .openapi('Session');

const text = (most: number) => z.string().min(1).max(most);
const base64url = (most: number) => text(most).regex(/^[\w-]+$/);
/** Longest that WebAuthn allows: 1023 bytes. */
const CredentialId = base64url(1364);

/** What `startRegistration` returns; other fields are the browser's, and dropped. */
const RegistrationResponse = z
  .object({
    id: CredentialId,
    rawId: CredentialId,
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: base64url(4000),
      attestationObject: base64url(40_000),
      transports: z.array(text(40)).max(10).optional(),
    }),
  })
  .openapi('RegistrationResponse') satisfies z.ZodType<RegistrationAnswer>;

const AuthenticationResponse = z
  .object({
    id: CredentialId,
    rawId: CredentialId,
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: base64url(4000),
      authenticatorData: base64url(4000),
      signature: base64url(2000),
      userHandle: base64url(100).optional(),
    }),
  })
  .openapi('AuthenticationResponse') satisfies z.ZodType<AuthenticationAnswer>;

const PasskeyName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'has characters that cannot be seen')
  .openapi({ description: 'what the person calls it' });

const Descriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
});
const Verification = z.enum(['required', 'preferred', 'discouraged']);

/** As `startRegistration` and `parseCreationOptionsFromJSON` take it. */
export const CreationOptions = z
  .object({
    options: z.object({
      challenge: z.string(),
      rp: z.object({ id: z.string(), name: z.string() }),
      user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
      pubKeyCredParams: z.array(z.object({ alg: z.int(), type: z.literal('public-key') })),
      timeout: z.int(),
      attestation: z.literal('none'),
      excludeCredentials: z.array(Descriptor),
      authenticatorSelection: z.object({ residentKey: Verification, userVerification: Verification }),
      extensions: z.object({ credProps: z.boolean() }),
    }),
  })
  .openapi('PasskeyCreationOptions');
/** As `startAuthentication` and `parseRequestOptionsFromJSON` take it. */
export const RequestOptions = z
  .object({
    options: z.object({
      challenge: z.string(),
      rpId: z.string(),
      timeout: z.int(),
      allowCredentials: z.array(Descriptor),
      userVerification: Verification,
    }),
  })
  .openapi('PasskeyRequestOptions');

export const NewPasskey = z
  .object({ credential: RegistrationResponse, name: PasskeyName.default('Passkey') })
  .openapi('NewPasskey');
export const PasskeyWish = z
  .object({
    name: Name.optional().openapi({
      description: 'who wants to sign in; without it the device shows whose passkeys it has',
    }),
  })
  .openapi('PasskeyWish');
export const PasskeyAnswer = z.object({ credential: AuthenticationResponse }).openapi('PasskeyAnswer');

export const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: Time,
    lastUsedAt: Time.nullable(),
    synced: z.boolean().openapi({ description: 'may be on other devices of the person as well' }),
  })
  .openapi('Passkey');
export const PasskeyAdded = z.object({ id: z.string(), name: z.string() }).openapi('PasskeyAdded');
export const PasskeyChange = z.object({ name: PasskeyName }).openapi('PasskeyChange');

export const WaysIn = z
  .object({
    passkeys: z.array(Passkey),
    recoveryCodes: z.object({ left: z.int(), madeAt: Time }).nullable(),
    faceAndVoice: z.boolean(),
  })
  .openapi('WaysIn');

export const RecoveryCodes = z
  .object({ codes: z.array(z.string()).openapi({ description: 'told this once' }) })
  .openapi('RecoveryCodes');
export const CodeEntry = z.object({ name: Name, code: z.string().max(100) }).openapi('CodeEntry');
export const IssuedCode = z
  .object({
    person: PersonName,
    code: z.string().openapi({ description: 'told this once' }),
    expiresAt: Time,
  })
  .openapi('IssuedCode');

export const Joining = z
  .object({ name: Name, invitation: z.string().max(200).optional() })
  .openapi('Joining');
export const NewMember = z
  .object({
    name: Name,
    consent: z.boolean(),
    invitation: z.string().max(200).optional(),
    credential: RegistrationResponse,
    passkeyName: PasskeyName.default('Passkey'),
  })
  .openapi('NewMember');
export const Joined = z.object({ id: z.string(), name: z.string() }).openapi('Joined');

/** Queries are text. */
export const EvenIfLast = z.object({
  evenIfLast: z
    .enum(['true', 'false'])
    .default('false')
    .openapi({ description: 'also where only an operator can let the person in afterwards' }),
});

export const AccessEvents = z
  .object({
    events: z.array(
      z.object({
        at: Time,
        kind: z.string(),
        by: z.enum(['person', 'operator', 'anybody']),
        person: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
        details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      }),
    ),
  })
  .openapi('AccessEvents');
