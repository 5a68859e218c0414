import { randomBytes } from 'node:crypto';

/** Crockford's: no letter is taken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const bitsOfCharacter = 5;
const groupLength = 4;

/**
 * 80 bits for a code that lies in a drawer for years; 40 for one that is read out over the telephone, used within the
 * hour, and tried a few times at most.
 */
export const codeLength = { recovery: 16, operator: 8 } as const;

/** Such as `7QK2-M0PX`. */
export function newCode(length: number): string {
  const characters = [...randomBytes(length)].map((byte) => alphabet[byte % 2 ** bitsOfCharacter]);
  const groups: string[] = [];
  for (let start = 0; start < length; start += groupLength)
    groups.push(characters.slice(start, start + groupLength).join(''));
  return groups.join('-');
}

/** As codes are compared: however somebody wrote it down. */
export function plainCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}
