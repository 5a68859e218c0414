import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Method } from './policy.ts';
import type { RelyingParty } from './relying-party.ts';

/** EdDSA, ES256, RS256: what every authenticator has one of, and every Node verifies. */
export const algorithms = [-8, -7, -257];

/** What a browser returns for a new passkey, as far as it is looked at. */
export interface RegistrationAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[] | undefined;
  };
}

/** And where a passkey signed a challenge. */
export interface AuthenticationAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | undefined;
  };
}

const ClientData = z.object({ challenge: z.string().max(500), crossOrigin: z.boolean().optional() });
type ClientData = z.infer<typeof ClientData>;

/** What the browser says it answers; null where that cannot be read. Nothing of it is proven before the signature is. */
export function clientDataOf(answer: { response: { clientDataJSON: string } }): ClientData | null {
  try {
    const text = Buffer.from(answer.response.clientDataJSON, 'base64url').toString();
    return ClientData.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export interface NewPasskey {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly aaguid: string;
}

/** Throws where the answer is not that of an authenticator that recognised somebody, to this challenge, on this page. */
export async function verifyRegistration(
  answer: RegistrationAnswer,
  expected: { challenge: string; relyingParty: RelyingParty },
): Promise<NewPasskey> {
  requireOwnFrame(answer);
  const { id, rawId, type } = answer;
  const { clientDataJSON, attestationObject, transports } = answer.response;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: {
      id,
      rawId,
      type,
      response: { clientDataJSON, attestationObject },
      clientExtensionResults: {},
    },
    expectedChallenge: expected.challenge,
    expectedOrigin: expected.relyingParty.origin,
    expectedRPID: expected.relyingParty.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  });
  if (!verified) throw new TypeError('the attestation is not genuine');
  const { credential, credentialDeviceType, credentialBackedUp, aaguid } = registrationInfo;
  // The library trusts the id beside the attestation; the signed one is what later answers are found by.
  if (credential.id !== id) throw new TypeError('the credential has two ids');
  return {
    id: credential.id,
    publicKey: credential.publicKey,
    counter: credential.counter,
    transports: transports ?? [],
    backupEligible: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
    aaguid,
  };
}

/** Bound to one device, or copied to others. */
export function methodOf({ backupEligible }: { backupEligible: boolean }): Method {
  return backupEligible ? 'swk' : 'hwk';
}

export interface VerifiedAnswer {
  readonly counter: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

/** Throws as `verifyRegistration` does, and where the signature is not that of the passkey. */
export async function verifyAuthentication(
  answer: AuthenticationAnswer,
  expected: { challenge: string; relyingParty: RelyingParty; credential: WebAuthnCredential },
): Promise<VerifiedAnswer> {
  requireOwnFrame(answer);
  const { id, rawId, type } = answer;
  const { clientDataJSON, authenticatorData, signature } = answer.response;
  const response = { clientDataJSON, authenticatorData, signature };
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: { id, rawId, type, response, clientExtensionResults: {} },
    expectedChallenge: expected.challenge,
    expectedOrigin: expected.relyingParty.origin,
    expectedRPID: expected.relyingParty.id,
    credential: expected.credential,
    requireUserVerification: true,
  });
  if (!verified) throw new TypeError('the signature is not that of the passkey');
  return {
    counter: authenticationInfo.newCounter,
    backupEligible: authenticationInfo.credentialDeviceType === 'multiDevice',
    backedUp: authenticationInfo.credentialBackedUp,
  };
}

/** The library lets a frame in a foreign page answer where the browser does not name that page. */
function requireOwnFrame(answer: { response: { clientDataJSON: string } }): void {
  if (clientDataOf(answer)?.crossOrigin === true) throw new TypeError('answered inside a foreign page');
}
