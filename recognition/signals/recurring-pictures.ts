import { VIEW, type View } from './face-view.ts';
import type { SeenFace } from './lips.ts';

const FEWEST_FRAMES = 12;
/** Of the pictures, those that have the nearest twins. */
const SHARE = 0.1;
/** In grey levels: a camera that is slower than the page is seen twice in the same picture. */
const SAME = 0.05;
/** Every third pixel tells as much as all of them. */
const EVERY = 3;

/**
 * How near pictures of a film come to their twins, the nearest others of it, in parts of how much the face changes from one
 * picture to the next. A face never looks quite the same again; a film that is made longer, or is cut from another one, shows
 * some pictures more than once. Null with too few pictures during the speech.
 */
export function nearestTwins(faces: readonly SeenFace[]): number | null {
  const views = faces.filter(({ at }) => at >= 0).map(({ view }) => view);
  const kept = views.filter((view, index) => index === 0 || difference(view, views[index - 1]!) > SAME);
  if (kept.length < FEWEST_FRAMES) return null;
  const next = kept.slice(1).map((view, index) => difference(view, kept[index]!));
  const nearest = kept.map(() => Number.POSITIVE_INFINITY);
  for (let one = 0; one < kept.length; one++)
    for (let other = one + 1; other < kept.length; other++) {
      const away = difference(kept[one]!, kept[other]!);
      nearest[one] = Math.min(nearest[one]!, away);
      nearest[other] = Math.min(nearest[other]!, away);
    }
  return quantile(nearest, SHARE) / Math.max(SAME, quantile(next, 0.5));
}

/** Mean, in grey levels. */
function difference(one: View, other: View): number {
  let sum = 0;
  for (let at = 0; at < VIEW * VIEW; at += EVERY) sum += Math.abs(one[at]! - other[at]!);
  return (sum * EVERY) / (VIEW * VIEW);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
