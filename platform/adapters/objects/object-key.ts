import { UserError } from '@visavox/core/errors';

/** What every store can keep: parts of letters, digits and `-_.=@+` between slashes, no part starting with a dot. */
const pattern = /^[A-Za-z0-9_=@+-][A-Za-z0-9_=@+.-]*(\/[A-Za-z0-9_=@+-][A-Za-z0-9_=@+.-]*)*$/;
const longest = 800;

export function checkObjectKey(key: string): void {
  if (key.length <= longest && pattern.test(key)) return;
  throw new UserError({
    kind: 'invalid',
    code: 'object_key_invalid',
    message: `not an object key: ${JSON.stringify(key.slice(0, 100))}`,
    action: `Use parts of letters, digits and -_.=@+ joined by "/", none starting with a dot, at most ${longest} characters.`,
  });
}

export function objectMissing(key: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'object_missing',
    message: `no object is kept under the key "${key}"`,
    action: 'Check the reference. If it should be there, restore the object store from its backup.',
    details: { key },
  });
}

export function keyConflict(key: string, cause: unknown): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'object_key_conflict',
    message: `the object key "${key}" cannot be a file: it is a folder of other keys, or one of its own folders is a file`,
    action: 'Choose a key that is not the beginning of another key.',
    cause,
  });
}
