import { createHmac } from 'node:crypto';
import type { Arm } from '@visavox/core/experiment';

/** Where a key falls, from 0 up to 1: evenly, the same each time, and another in each experiment. */
export function placeOf(key: string, salt: string): number {
  const digest = createHmac('sha256', salt).update(key, 'utf8').digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** Who serves a key that comes while the challenger is to serve a share of new people. */
export function armOf(key: string, salt: string, share: number): Arm {
  return placeOf(key, salt) < share ? 'challenger' : 'champion';
}
