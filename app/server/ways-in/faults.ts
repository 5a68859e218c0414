import { UserError } from '@visavox/core/errors';

/** `reason` is for the log: whoever is refused learns that and no more. */
export function passkeyRefused(reason: string): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'passkey_refused',
    message: 'this passkey opens nothing here',
    action: 'Try again with a passkey that was made on this service, or sign in another way.',
    cause: new Error(reason),
  });
}

export function newPasskeyRefused(reason: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'new_passkey_refused',
    message: 'this passkey cannot be added',
    action: 'Begin again on the page of this service; the device has to recognise you.',
    cause: new Error(reason),
  });
}

export function codeRefused(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'code_refused',
    message: 'this name and this code do not open anything',
    action: 'Check both; each code works once. An operator can issue another one.',
  });
}

export function tooManyPasskeys(most: number): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'too_many_passkeys',
    message: `one person may have ${most} passkeys`,
    action: 'Remove one that is not used any more.',
  });
}

export function unknownPasskey(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_passkey',
    message: 'this person has no such passkey',
    action: 'List the ways in again.',
  });
}

/** Nothing is taken away for good without saying so. */
export function lastWayIn(): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'last_way_in',
    message: 'this is the last way in: without it only an operator can let this person in',
    action: 'Add another way in first, or say "evenIfLast=true".',
  });
}

export function stepUpRequired(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'step_up_required',
    message: 'it was shown too long ago who this is',
    action: 'Sign in once more, in any way, and repeat this within ten minutes.',
  });
}

export function faceAndVoiceMissing(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'face_and_voice_missing',
    message: 'nothing is kept of the face and the voice of this person',
    action: 'Nothing has to be done.',
  });
}
