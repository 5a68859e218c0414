import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedBundle } from '../bundle.ts';
import { networksFolder } from '../setup-folder.ts';
import { filmAnswer } from '../synthetic/film.ts';
import { syntheticPerson } from '../synthetic/person.ts';
import { decodeAudio } from './audio.ts';
import { answerEvidence } from './challenge-answer.ts';
import { challengeFaults } from './challenge-evidence.ts';
import { fingerprintOf, isSameRecording } from './challenge-replay.ts';
import type { Sounds } from './challenge-sounds.ts';
import { decodeSpokenDigits, encodeSpokenDigits } from './challenge-template.ts';
import { misfit, type SpokenDigit, takeApart } from './challenge-words.ts';
import { Signals } from './signals.ts';

const ada = syntheticPerson(31_000, 2);
let signals: Signals;
let words: SpokenDigit[];

beforeAll(async () => {
  signals = await Signals.load((await publishedBundle(networksFolder())).files);
  words = [];
  for (const [take, digits] of ['04719', '83526', '71048'].entries())
    words.push(...takeApart(await said(digits, take), digits));
});
afterAll(() => signals.close());

async function said(digits: string, take: number, gain = 1): Promise<Sounds> {
  const waveform = (await decodeAudio(ada.utterance(digits, take))).map((sample) => sample * gain);
  return signals.hear(await signals.captureWaveform(waveform));
}

describe('digits', () => {
  test('fit those that the person said at enrolment, and no others', async () => {
    const sounds = await said('6203', 20);
    expect(misfit(sounds, '6203', words)).toBeLessThan(0.03);
    for (const other of ['6302', '1203', '9999', '4815'])
      expect(misfit(sounds, other, words)).toBeGreaterThan(0.06);
  });

  test('are compared as far as they are known', async () => {
    const sounds = await said('6203', 21);
    const some = words.filter(({ digit }) => digit !== '2');
    expect(misfit(sounds, '6203', some)).toBeLessThan(0.03);
    expect(misfit(sounds, '6203', [])).toBeNull();
  });

  test('are kept in a few kilobytes that say the same', async () => {
    const bytes = encodeSpokenDigits(words);
    expect(bytes.length).toBeLessThan(20_000);
    const kept = decodeSpokenDigits(bytes);
    const sounds = await said('6203', 22);
    expect(kept.map(({ digit }) => digit).join('')).toBe('047198352671048');
    for (const digits of ['6203', '1111'])
      expect(misfit(sounds, digits, kept)).toBeCloseTo(misfit(sounds, digits, words) ?? Number.NaN, 1);
    expect(() => decodeSpokenDigits(bytes.subarray(0, bytes.length - 1))).toThrow('cut off');
  });
});

test('a recording is known again at another level, and other digits of the person are not it', async () => {
  const first = fingerprintOf(await said('6203', 30));
  expect(isSameRecording(first, fingerprintOf(await said('6203', 30, 0.4)))).toBe(true);
  expect(isSameRecording(first, fingerprintOf(await said('7148', 31)))).toBe(false);
});

test('a part of an earlier recording is known, and an answer that shares three digits with it is another', async () => {
  const whole = ada.utterance('6203', 32);
  const samples = await decodeAudio(whole);
  const earlier = fingerprintOf(await signals.hear({ waveform: samples }));
  const part = samples.slice(Math.round(samples.length * 0.2), Math.round(samples.length * 0.9));
  expect(isSameRecording(earlier, fingerprintOf(await signals.hear({ waveform: part })))).toBe(true);
  for (let take = 33; take < 39; take++) {
    expect(isSameRecording(earlier, fingerprintOf(await said('1620', take)))).toBe(false);
    expect(isSameRecording(earlier, fingerprintOf(await said('2031', take)))).toBe(false);
  }
});

describe('a face that answers', () => {
  const answer = async () => {
    const film = await filmAnswer(ada, '6203', {
      turn: 'left',
      variation: 4,
      size: { width: 180, height: 240 },
    });
    const voice = await signals.captureVoice(film.voice);
    const faces = await signals.followFace(film.frames);
    const seen = film.times.flatMap((time, index) => {
      const face = faces[index];
      return face ? [{ ...face, at: time / 1000 - voice.startSeconds }] : [];
    });
    return { seen, sounds: await signals.hear(voice), words };
  };
  let given: Awaited<ReturnType<typeof answer>>;
  beforeAll(async () => {
    given = await answer();
  });

  test('turns as asked while its lips move with the speech', () => {
    const evidence = answerEvidence(given, { digits: '6203', turn: 'left' });
    expect(challengeFaults(evidence)).toEqual([]);
    expect(evidence.digits).toBeGreaterThan(0);
    expect(evidence.lips).toBeGreaterThan(0);
    expect(evidence.head).toBeGreaterThan(0);
  });

  test('is refused when it turned to the other side, or not at all, or its mouth is a photograph’s', () => {
    const asked = { digits: '6203', turn: 'left' } as const;
    expect(challengeFaults(answerEvidence(given, { ...asked, turn: 'right' }))).toEqual(['head_not_turned']);
    const straight = given.seen.map((face) => ({ ...face, yaw: 0 }));
    expect(challengeFaults(answerEvidence({ ...given, seen: straight }, asked))).toEqual(['head_not_turned']);
    const still = given.seen.map((face) => ({ ...face, mouthOpening: 0.02 }));
    expect(challengeFaults(answerEvidence({ ...given, seen: still }, asked))).toContain('lips_differ');
  });

  test('says nothing where too few pictures were sent or no turn was asked for', () => {
    const evidence = answerEvidence({ ...given, seen: given.seen.slice(-3) }, { digits: '6203', turn: null });
    expect(evidence).toMatchObject({ lips: null, head: null });
  });
});
