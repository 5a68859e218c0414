import { UserError } from '@visavox/core/errors';
import { invalidRequest } from '../faults.ts';

const longest = 80;

export interface PersonName {
  /** As it is shown. */
  readonly text: string;
  /** As it is compared. */
  readonly key: string;
}

export function personName(given: string): PersonName {
  const text = given.normalize('NFC').trim().replace(/\s+/g, ' ');
  if (text.length === 0) {
    throw new UserError({
      kind: 'invalid',
      code: 'name_missing',
      message: 'the name is empty',
      action: 'Give a name.',
    });
  }
  if (text.length > longest || /\p{Cc}|\p{Cf}/u.test(text)) {
    throw invalidRequest(
      `the name is longer than ${longest} characters or has characters that cannot be seen`,
      'Give a shorter name in plain letters.',
      { field: 'name' },
    );
  }
  return { text, key: text.normalize('NFKC').toLowerCase() };
}
