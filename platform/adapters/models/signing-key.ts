import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { digestOf, hexOf } from '@visavox/core/digest';

const curve = 'prime256v1';

/** An ECDSA key pair on P-256, which every process of an installation makes of the same secret. */
export class SigningKey {
  readonly #private: KeyObject;
  readonly #public: KeyObject;

  /** `secret`: 32 bytes that no step of a pipeline knows. */
  constructor(secret: Uint8Array) {
    this.#private = privateKeyOf(secret);
    this.#public = createPublicKey(this.#private);
  }

  /** For whoever verifies elsewhere: PEM. */
  get publicPem(): string {
    return String(this.#public.export({ type: 'spki', format: 'pem' }));
  }

  /** What model signing calls the hint: the SHA-256 of the public key's PEM in hexadecimal. */
  get id(): string {
    return hexOf(digestOf(this.publicPem));
  }

  sign(message: Uint8Array): Uint8Array {
    return sign('sha256', message, this.#private);
  }

  fits(message: Uint8Array, signature: Uint8Array): boolean {
    return verify('sha256', message, this.#public, signature);
  }
}

/** One in 2^32 secrets is no number below the order of the curve: the next one that is made of it is taken. */
function privateKeyOf(secret: Uint8Array): KeyObject {
  for (let attempt = 0; ; attempt++) {
    const scalar = Buffer.from(hkdfSync('sha256', secret, '', `P-256 ${attempt}`, 32));
    const pair = createECDH(curve);
    try {
      pair.setPrivateKey(scalar);
    } catch {
      continue;
    }
    const point = pair.getPublicKey();
    const text = (bytes: Buffer) => bytes.toString('base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)];
    const key = { kty: 'EC', crv: 'P-256', d: text(scalar), x: text(x), y: text(y) };
    return createPrivateKey({ key, format: 'jwk' });
  }
}
