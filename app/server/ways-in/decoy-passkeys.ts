import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { WebAuthnCredential } from '@simplewebauthn/server';
import type { Sealer } from '../sealing.ts';
import type { PasskeyDescriptor } from './passkey-options.ts';

/** Lengths of the ids that the usual keepers of passkeys give. */
const idLengths = [16, 20, 32] as const;
/** One name in so many seems to have a second passkey. */
const secondOneIn = 5;

/**
 * What a name seems to have that has no passkey, or that nobody has: the same whenever it is asked for, so that asking twice
 * tells nothing either.
 */
export function decoyPasskeys(sealer: Sealer, nameKey: string): PasskeyDescriptor[] {
  const bytes = (purpose: string) => Buffer.from(sealer.keyedHash(`${purpose} of ${nameKey}`), 'base64url');
  const drawn = bytes('shape of decoy passkeys');
  const count = (drawn[0] ?? 0) % secondOneIn === 0 ? 2 : 1;
  return Array.from({ length: count }, (_, index) => {
    const length = idLengths[(drawn[index + 1] ?? 0) % idLengths.length] ?? 16;
    const id = bytes(`decoy passkey ${index}`).subarray(0, length).toString('base64url');
    return { id, transports: ['hybrid', 'internal'] };
  });
}

/** A passkey that nobody has, so that an answer in the name of nobody is verified like any other, and takes as long. */
export function decoyCredential(): WebAuthnCredential {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const coordinates = [x ?? '', y ?? ''].map((text) => Buffer.from(text, 'base64url'));
  // COSE (RFC 9052) in CBOR: { 1: 2, 3: -7, -1: 1, -2: x, -3: y }.
  const heads = [
    [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32],
    [0x22, 0x58, 32],
  ];
  const publicKey = Buffer.concat(
    heads.flatMap((head, at) => [Buffer.from(head), coordinates[at] ?? Buffer.alloc(32)]),
  );
  return { id: randomBytes(16).toString('base64url'), publicKey: new Uint8Array(publicKey), counter: 0 };
}
