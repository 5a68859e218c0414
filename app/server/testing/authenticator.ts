import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { CreationOptions, RequestOptions } from '../ways-in/passkey-options.ts';
import type { AuthenticationAnswer, RegistrationAnswer } from '../ways-in/webauthn.ts';

/** What a browser or an authenticator does otherwise than it should. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  crossOrigin?: boolean;
  userVerified?: boolean;
  userPresent?: boolean;
  backupEligible?: boolean;
  credentialId?: string;
  userHandle?: string;
}

interface Credential {
  readonly id: string;
  readonly key: KeyObject;
  readonly publicKey: Buffer;
  readonly userHandle: string;
  counter: number;
}

const flag = { userPresent: 1, userVerified: 4, backupEligible: 8, backedUp: 16, attested: 64 } as const;
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();

/**
 * A browser and its authenticator together, as WebAuthn describes them (ES256, no attestation); what a real browser does is
 * tested in the browser.
 */
export class Authenticator {
  readonly credentials: Credential[] = [];
  readonly #origin: string;
  readonly #synced: boolean;
  readonly #counts: boolean;

  constructor({ origin = 'http://localhost:4600', synced = false, counts = true } = {}) {
    this.#origin = origin;
    this.#synced = synced;
    this.#counts = counts;
  }

  create(options: CreationOptions, deviation: Deviation = {}): RegistrationAnswer {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const cose = Buffer.concat([
      Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]),
      Buffer.from(x, 'base64url'),
      Buffer.from([0x22, 0x58, 32]),
      Buffer.from(y, 'base64url'),
    ]);
    const id = deviation.credentialId ?? randomBytes(16).toString('base64url');
    const credential = {
      ...{ id, key: privateKey, publicKey: cose, counter: 0 },
      userHandle: options.user.id,
    };
    this.credentials.push(credential);
    const rawId = Buffer.from(id, 'base64url');
    const length = Buffer.from([rawId.length >> 8, rawId.length & 255]);
    const authData = Buffer.concat([
      this.#authData(options.rp.id, { credential, attested: true, deviation }),
      ...[Buffer.alloc(16), length, rawId, cose],
    ]);
    const attestation = Buffer.concat([
      Buffer.from([0xa3, 0x63]),
      Buffer.from('fmt'),
      Buffer.from([0x64]),
      Buffer.from('none'),
      Buffer.from([0x67]),
      Buffer.from('attStmt'),
      Buffer.from([0xa0, 0x68]),
      Buffer.from('authData'),
      Buffer.from([0x58, authData.length]),
      authData,
    ]);
    return {
      ...{ id, rawId: id, type: 'public-key' },
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, deviation),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  /** With the passkey that is asked for, or its newest one. */
  get(options: RequestOptions, deviation: Deviation = {}): AuthenticationAnswer {
    const asked = options.allowCredentials.map(({ id }) => id);
    const credential = this.credentials.find(({ id }) => asked.includes(id)) ?? this.credentials.at(-1);
    if (!credential) throw new TypeError('this authenticator has no passkey');
    if (this.#counts) credential.counter++;
    const authData = this.#authData(options.rpId, { credential, attested: false, deviation });
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, deviation);
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    const id = deviation.credentialId ?? credential.id;
    return {
      ...{ id, rawId: id, type: 'public-key' },
      response: {
        clientDataJSON,
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, credential.key).toString('base64url'),
        userHandle: deviation.userHandle ?? credential.userHandle,
      },
    };
  }

  #authData(
    rpId: string,
    { credential, attested, deviation }: { credential: Credential; attested: boolean; deviation: Deviation },
  ): Buffer {
    const { userPresent = true, userVerified = true, backupEligible = this.#synced } = deviation;
    const flags =
      (userPresent ? flag.userPresent : 0) |
      (userVerified ? flag.userVerified : 0) |
      (backupEligible ? flag.backupEligible | flag.backedUp : 0) |
      (attested ? flag.attested : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(credential.counter);
    return Buffer.concat([sha256(deviation.rpId ?? rpId), Buffer.from([flags]), counter]);
  }

  #clientData(type: string, challenge: string, deviation: Deviation): string {
    const data = {
      type: deviation.type ?? type,
      challenge: deviation.challenge ?? challenge,
      origin: deviation.origin ?? this.#origin,
      crossOrigin: deviation.crossOrigin ?? false,
    };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }
}
