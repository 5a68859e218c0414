import { ceremonySeconds } from './passkey-challenges.ts';
import type { RelyingParty } from './relying-party.ts';
import { algorithms } from './webauthn.ts';

export interface PasskeyDescriptor {
  readonly id: string;
  readonly transports: string[];
}

type Listed = PasskeyDescriptor & { type: 'public-key' };

/** WebAuthn's PublicKeyCredentialCreationOptionsJSON. */
export interface CreationOptions {
  challenge: string;
  rp: { id: string; name: string };
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: { alg: number; type: 'public-key' }[];
  timeout: number;
  attestation: 'none';
  excludeCredentials: Listed[];
  authenticatorSelection: { residentKey: 'preferred'; userVerification: 'required' };
  extensions: { credProps: boolean };
}

/** WebAuthn's PublicKeyCredentialRequestOptionsJSON. */
export interface RequestOptions {
  challenge: string;
  rpId: string;
  timeout: number;
  allowCredentials: Listed[];
  userVerification: 'required';
}

const timeout = ceremonySeconds * 1000;

/** The device has to recognise its owner; where it can, it remembers whose passkey it is, so that no name has to be typed. */
export function creationOptions(
  { id }: RelyingParty,
  wanted: {
    challenge: string;
    person: { id: string; name: string };
    known: readonly PasskeyDescriptor[];
  },
): CreationOptions {
  const { challenge, person, known } = wanted;
  return {
    challenge,
    rp: { id, name: 'Visavox' },
    user: {
      id: Buffer.from(person.id).toString('base64url'),
      name: person.name,
      displayName: person.name,
    },
    pubKeyCredParams: algorithms.map((alg) => ({ alg, type: 'public-key' })),
    timeout,
    attestation: 'none',
    excludeCredentials: known.map(listed),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    extensions: { credProps: true },
  };
}

export function requestOptions(
  { id }: RelyingParty,
  { challenge, allowed }: { challenge: string; allowed: readonly PasskeyDescriptor[] },
): RequestOptions {
  return {
    challenge,
    rpId: id,
    timeout,
    allowCredentials: allowed.map(listed),
    userVerification: 'required',
  };
}

const listed = ({ id, transports }: PasskeyDescriptor): Listed => ({ id, transports, type: 'public-key' });
