import { UserError } from '@visavox/core/errors';
import { digitsWereSaid } from '@visavox/recognition/enrolment/digits-said';
import { ENROLMENT_RULES } from '@visavox/recognition/enrolment/rules';
import { captureFault, isCaptureFault } from '@visavox/recognition/signals/capture-fault';
import type { Turn } from '@visavox/recognition/signals/head';
import { type HeldHead, straightYaw, turnsInOrder } from '@visavox/recognition/signals/head-turns';
import type { Features, RecogniserPort } from '../recogniser-port.ts';
import type { BurstFrame } from '../sign-in/liveness.ts';
import type { Captures } from './captures.ts';

export const frameCounts = { least: 8, most: 80 } as const;

/** What was asked for, and what came. */
export interface LiveEnrolment {
  readonly prompts: readonly string[];
  readonly turns: readonly Turn[];
  /** While the head turns; `at` in milliseconds from the first of them. */
  readonly frames: readonly BurstFrame[];
  readonly captures: Captures;
  readonly features: Features;
}

/** Refuses early what cannot be looked at. */
export function requireFrames(frames: readonly BurstFrame[]): void {
  if (frames.length >= frameCounts.least && frames.length <= frameCounts.most) return;
  throw new UserError({
    kind: 'invalid',
    code: 'frames_missing',
    message: `pictures of the head while it turns are needed. Received: ${frames.length}`,
    action: `Send ${frameCounts.least} to ${frameCounts.most} parts "frame" with "frameTimes" in milliseconds from the first.`,
  });
}

/** Somebody was there and did what was asked: turned the head, said the digits, with the face that is enrolled in full view. */
export async function requireLive(recogniser: RecogniserPort, live: LiveEnrolment): Promise<void> {
  requireWholeFaces(live.captures);
  await requireDigits(recogniser, live);
  await requireTurns(recogniser, live);
}

/** A face half outside was seen by half; what the device's oval asks for is looked at here too. */
export function requireWholeFaces({ faces }: Captures): void {
  const cut = faces.findIndex(({ quality }) => quality.margin < ENROLMENT_RULES.margin);
  if (cut >= 0) throw captureFault('face_cut_off', { modality: 'face', index: cut });
}

async function requireDigits(
  { signals }: RecogniserPort,
  { captures, prompts }: LiveEnrolment,
): Promise<void> {
  const said = await Promise.all(
    captures.voices.map(async (voice, index) => ({
      sounds: await signals.hear(voice),
      digits: prompts[index] ?? '',
    })),
  );
  if (digitsWereSaid(said)) return;
  throw new UserError({
    kind: 'invalid',
    code: 'digits_not_heard',
    message: 'the digits that were asked for were not heard',
    action: 'Say the digits that are shown, one after another, each time in the same language.',
    details: { modality: 'voice' },
  });
}

interface Followed extends HeldHead {
  readonly bytes: Uint8Array;
}

async function requireTurns(recogniser: RecogniserPort, live: LiveEnrolment): Promise<void> {
  const { frames, turns, captures } = live;
  const geometries = await recogniser.signals.followFace(frames.map(({ bytes }) => bytes));
  const heads = frames.flatMap(({ at, bytes }, index): Followed[] => {
    const geometry = geometries[index];
    return geometry ? [{ at, bytes, yaw: geometry.yaw }] : [];
  });
  if (heads.length < frames.length * ENROLMENT_RULES.seen) throw faceNotFollowed();
  const straight = (straightYaw(captures.faces.map(({ quality }) => quality.yaw)) * Math.PI) / 180;
  const reached = turnsInOrder(heads, straight, turns);
  const missed = turns.find((_, index) => (reached?.[index] ?? 0) < ENROLMENT_RULES.turn);
  if (missed) throw turnNotSeen(missed);
  await requireSameFace(recogniser, live, { heads, straight });
}

/** Whoever turned is whoever is enrolled: the straightest picture, and one of each turn on the way. */
async function requireSameFace(
  recogniser: RecogniserPort,
  { turns, features }: LiveEnrolment,
  { heads, straight }: { heads: readonly Followed[]; straight: number },
): Promise<void> {
  const template = await recogniser.template({ faces: features.faces, voices: [] });
  const from = (yaw: number) => nearest(heads, straight + yaw);
  const turned = turns.map((turn) => ((turn === 'left' ? 1 : -1) * ENROLMENT_RULES.turn * Math.PI) / 180);
  const looks = [
    { head: from(0), least: ENROLMENT_RULES.followed.straight },
    ...turned.map((yaw) => ({ head: from(yaw), least: ENROLMENT_RULES.followed.turned })),
  ];
  for (const { head, least } of looks) {
    if (!head) throw faceNotFollowed();
    const face = await likeness(recogniser, template, head.bytes);
    if (face < least) throw anotherFace();
  }
}

async function likeness(
  recogniser: RecogniserPort,
  template: Awaited<ReturnType<RecogniserPort['template']>>,
  picture: Uint8Array,
): Promise<number> {
  try {
    const faces = await recogniser.faceFeatures([await recogniser.signals.captureFace(picture)]);
    return (await recogniser.compare(template, { faces, voice: null })).face ?? 0;
  } catch (error) {
    if (isCaptureFault(error)) throw faceNotFollowed();
    throw error;
  }
}

function nearest(heads: readonly Followed[], yaw: number): Followed | undefined {
  return heads.toSorted((a, b) => Math.abs(a.yaw - yaw) - Math.abs(b.yaw - yaw))[0];
}

function turnNotSeen(turn: Turn): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'turn_not_seen',
    message: `the head was not seen to turn to the ${turn}`,
    action: `Turn your head slowly to each side, with your face in the oval.`,
    details: { turn },
  });
}

function faceNotFollowed(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'face_not_followed',
    message: 'the face could not be followed while the head turned',
    action: 'Stay in the oval with light from the front, and turn slowly.',
  });
}

function anotherFace(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'more_than_one_person',
    message: 'whoever turned the head seems to be another person than whoever is in the pictures',
    action: 'Make all pictures of one enrolment with one person.',
    details: { modality: 'frame' },
  });
}
