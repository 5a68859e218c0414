import type { SceneStep, Turn } from './step.ts';

/** Degrees that are surely a turn. */
const TURNED = 14;
/** Of a turn that is over. */
const BACK = 7;
/** A glance that is wrong once is no turn. */
const LOOKS_IN_A_ROW = 2;
const LOOK_BACK_PATIENCE_MS = 2500;

/** How much of the turn that is asked for is done, 0..1. */
export function turnDone(turn: Turn, yaw: number, straight: number): number {
  const sign = turn === 'left' ? 1 : -1;
  return Math.max(0, Math.min(1, ((yaw - straight) * sign) / TURNED));
}

/** Has the head turned until that is seen, however long it takes: who cannot is offered another way by the page. */
export const turnHead: SceneStep = async ({ challenge, guide, straight, signal, onStep }) => {
  const { turn } = challenge;
  if (!turn) return;
  void onStep({ kind: 'turning', turn, progress: 0 });
  let seen = 0;
  let told = 0;
  await guide.watch((look) => {
    const progress = look.kind === 'face' ? turnDone(turn, look.yaw, straight) : 0;
    seen = progress === 1 ? seen + 1 : 0;
    if (Math.abs(progress - told) >= 0.05 || progress === 1) {
      told = progress;
      void onStep({ kind: 'turning', turn, progress });
    }
    return seen >= LOOKS_IN_A_ROW;
  }, signal);
  void onStep({ kind: 'looking_back' });
  const began = performance.now();
  await guide.watch(
    (look) =>
      (look.kind === 'face' && Math.abs(look.yaw - straight) < BACK) ||
      performance.now() - began > LOOK_BACK_PATIENCE_MS,
    signal,
  );
};
