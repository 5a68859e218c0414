/** How one signs in: `VISAVOX_SIGN_IN`. */
export const signInPolicies = ['face-and-voice', 'passkey-then-face-and-voice'] as const;
export type SignInPolicy = (typeof signInPolicies)[number];

/** What a session was opened with, in the words of RFC 8176: `hwk` is bound to its device, `swk` is copied to others. */
export const methods = ['face', 'vbm', 'hwk', 'swk', 'otp'] as const;
export type Method = (typeof methods)[number];

export const steps = ['passkey', 'face_and_voice'] as const;
export type Step = (typeof steps)[number];

/** What a person could sign in with. */
export interface OwnWays {
  readonly passkey: boolean;
  readonly faceAndVoice: boolean;
}

/**
 * What is still to be shown before somebody is in; null: nothing. Nobody is asked for what they do not have: who takes
 * part without face and voice is in with a passkey, and who has no passkey yet with face and voice.
 */
export function missingStep(policy: SignInPolicy, shown: readonly Method[], own: OwnWays): Step | null {
  switch (policy) {
    case 'face-and-voice':
      return null;
    case 'passkey-then-face-and-voice':
      if (own.passkey && !showsPossession(shown)) return 'passkey';
      if (own.faceAndVoice && !showsFaceAndVoice(shown)) return 'face_and_voice';
      return null;
  }
}

/** A code stands for a passkey that is lost. */
export function showsPossession(shown: readonly Method[]): boolean {
  return shown.some((method) => method === 'hwk' || method === 'swk' || method === 'otp');
}

function showsFaceAndVoice(shown: readonly Method[]): boolean {
  return shown.includes('face') && shown.includes('vbm');
}

/** Whether face and voice are looked at: where a passkey comes first, they do nothing before it. */
export function mayShowFaceAndVoice(policy: SignInPolicy, shown: readonly Method[], own: OwnWays): boolean {
  return missingStep(policy, shown, own) !== 'passkey';
}

/** For so long after it was shown who somebody is, ways in may be changed. */
export const recentSeconds = 10 * 60;
