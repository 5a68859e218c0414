import { publishedBundle } from '@visavox/recognition/bundle';
import { networksFolder } from '@visavox/recognition/setup-folder';
import { isCaptureFault } from '@visavox/recognition/signals/capture-fault';
import { answerEvidence } from '@visavox/recognition/signals/challenge-answer';
import { challengeFaults } from '@visavox/recognition/signals/challenge-evidence';
import type { Turn } from '@visavox/recognition/signals/head';
import { Signals } from '@visavox/recognition/signals/signals';
import type { FilmedAnswer } from '@visavox/recognition/synthetic/sitting';

const mostTakes = 6;

let loaded: Promise<Signals> | undefined;
function signals(): Promise<Signals> {
  loaded ??= publishedBundle(networksFolder()).then(({ files }) => Signals.load(files));
  return loaded;
}

/**
 * Films until a take shows what was done. One in fifteen rendered films is misread, as looks are kept in steps; what a server
 * makes of an answer should not depend on that. How often it happens is measured by `npm run bench -- rendered-people`.
 */
export async function readWell(
  asked: { readonly digits: string; readonly turn: Turn | null },
  film: () => Promise<FilmedAnswer>,
): Promise<FilmedAnswer> {
  for (let take = 1; ; take++) {
    const filmed = await film();
    if (take === mostTakes || (await isReadWell(filmed, asked))) return filmed;
  }
}

async function isReadWell(
  { voice, frames, times }: FilmedAnswer,
  asked: { readonly digits: string; readonly turn: Turn | null },
): Promise<boolean> {
  const reading = await signals();
  const capture = await reading.captureVoice(voice).catch(unusable);
  // Too little was said, as the test may want.
  if (!capture) return true;
  const faces = await reading.followFace(frames);
  const seen = times.flatMap((time, index) => {
    const face = faces[index];
    return face ? [{ ...face, at: time / 1000 - capture.startSeconds }] : [];
  });
  const sounds = await reading.hear(capture);
  return challengeFaults(answerEvidence({ sounds, seen, words: null }, asked).evidence).length === 0;
}

function unusable(error: unknown): null {
  if (isCaptureFault(error)) return null;
  throw error;
}
