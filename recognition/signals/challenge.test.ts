import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedBundle } from '../bundle.ts';
import { networksFolder } from '../setup-folder.ts';
import { filmAnswer } from '../synthetic/film.ts';
import { syntheticPerson } from '../synthetic/person.ts';
import { decodeAudio } from './audio.ts';
import { type Asked, answerEvidence, type HeardAndSeen } from './challenge-answer.ts';
import { challengeFaults } from './challenge-evidence.ts';
import type { Sounds } from './challenge-sounds.ts';
import { decodeSpokenDigits, encodeSpokenDigits } from './challenge-template.ts';
import { misfit, type SpokenDigit, takeApart } from './challenge-words.ts';
import { Signals } from './signals.ts';
import { decodeWordPrints, encodeWordPrints, wereSaidBefore, wordPrints } from './word-prints.ts';
import { wordSpans } from './word-spans.ts';

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

describe('words', () => {
  const printed = async (waveform: Float32Array, digits: string) => {
    const capture = await signals.captureWaveform(waveform);
    const spans = wordSpans(await signals.hear(capture), digits.length);
    return wordPrints(capture.waveform, digits, spans ?? []);
  };
  const spoken = (digits: string, take: number) => decodeAudio(ada.utterance(digits, take));

  test('that were said before are known again in another order, at another level and from another recording', async () => {
    const [one, other] = [await spoken('6203', 30), await spoken('7148', 31)];
    const earlier = [...(await printed(one, '6203')), ...(await printed(other, '7148'))];
    const halves = [other.slice(0, other.length / 2), one.slice(one.length / 2)].map((half) =>
      half.map((sample) => 0.4 * sample),
    );
    const cut = Float32Array.from(halves.flatMap((half) => [...half]));
    expect(wereSaidBefore(await printed(cut, '7103'), earlier)).toBe(true);
  });

  test('are others when the person says them again', async () => {
    const earlier = await printed(await spoken('6203', 32), '6203');
    for (let take = 33; take < 39; take++)
      expect(wereSaidBefore(await printed(await spoken('2063', take), '2063'), earlier)).toBe(false);
  });

  test('are kept in a few kilobytes', async () => {
    const prints = await printed(await spoken('6203', 34), '6203');
    const bytes = encodeWordPrints(prints);
    expect(bytes.length).toBeLessThan(8_000);
    expect(decodeWordPrints(bytes)).toEqual(prints);
    expect(() => decodeWordPrints(bytes.subarray(0, bytes.length - 1))).toThrow('cut off');
  });
});

describe('a face that answers', () => {
  const asked = { digits: '6203', turn: 'left' } as const;
  const faultsOf = (given: HeardAndSeen, wanted: Asked) =>
    challengeFaults(answerEvidence(given, wanted).evidence);
  const answer = async () => {
    const film = await filmAnswer(ada, '6203', { turn: 'left', variation: 4 });
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

  test('turns as asked while its lips move with its words', () => {
    const { evidence } = answerEvidence(given, asked);
    expect(challengeFaults(evidence)).toEqual([]);
    for (const ratio of Object.values(evidence)) expect(ratio).toBeGreaterThan(0);
  });

  test('is refused when it turned to the other side, or not at all, or its mouth is a photograph’s', () => {
    expect(faultsOf(given, { ...asked, turn: 'right' })).toEqual(['head_not_turned']);
    const straight = given.seen.map((face) => ({ ...face, yaw: 0 }));
    expect(faultsOf({ ...given, seen: straight }, asked)).toEqual(['head_not_turned']);
    const still = given.seen.map((face) => ({ ...face, mouthOpening: 0.02 }));
    expect(faultsOf({ ...given, seen: still }, asked)).toContain('lips_differ');
  });

  test('is refused when what turns is a sheet: a mouth that moves does not pay for it', () => {
    const front = given.seen.find(({ at }) => at > 0)?.view ?? new Uint8Array();
    const sheet = given.seen.map((face) => ({ ...face, view: front }));
    expect(faultsOf({ ...given, seen: sheet }, asked)).toEqual(['head_is_flat']);
  });

  test('says nothing where too few pictures were sent or no turn was asked for', () => {
    const few = { ...given, seen: given.seen.slice(-3) };
    const { evidence } = answerEvidence(few, { digits: '6203', turn: null });
    expect(evidence).toMatchObject({ lips: null, head: null, depth: null, life: null, novelty: null });
  });
});
