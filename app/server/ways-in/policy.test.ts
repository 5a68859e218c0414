import { describe, expect, it } from 'vitest';
import { mayShowFaceAndVoice, missingStep } from './policy.ts';

const both = { passkey: true, faceAndVoice: true };
const strict = 'passkey-then-face-and-voice';

describe('face and voice, or a passkey', () => {
  it('are enough, each by itself', () => {
    for (const shown of [['face', 'vbm'], ['hwk'], ['swk'], ['otp']] as const)
      expect(missingStep('face-and-voice', shown, both)).toBeNull();
  });
});

describe('a passkey, then face and voice', () => {
  it('are both asked for, in this order', () => {
    expect(missingStep(strict, ['face', 'vbm'], both)).toBe('passkey');
    expect(missingStep(strict, ['hwk'], both)).toBe('face_and_voice');
    expect(missingStep(strict, ['hwk', 'face', 'vbm'], both)).toBeNull();
    expect(mayShowFaceAndVoice(strict, [], both)).toBe(false);
    expect(mayShowFaceAndVoice(strict, ['swk'], both)).toBe(true);
  });

  it('may begin with a code where the passkey is lost', () => {
    expect(missingStep(strict, ['otp'], both)).toBe('face_and_voice');
    expect(missingStep(strict, ['otp', 'face', 'vbm'], both)).toBeNull();
  });

  it('ask nobody for what they do not have', () => {
    expect(missingStep(strict, ['hwk'], { passkey: true, faceAndVoice: false })).toBeNull();
    expect(missingStep(strict, ['otp'], { passkey: false, faceAndVoice: false })).toBeNull();
    expect(missingStep(strict, ['face', 'vbm'], { passkey: false, faceAndVoice: true })).toBeNull();
    expect(mayShowFaceAndVoice(strict, [], { passkey: false, faceAndVoice: true })).toBe(true);
  });
});
