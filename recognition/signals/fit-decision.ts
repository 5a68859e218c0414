import type { DecisionRule } from './current-calibration.ts';
import { type EvidenceMap, logLikelihoodRatio, REFERENCE, scoreOf } from './evidence-map.ts';
import { effectiveCount } from './fit-map.ts';
import type { Trial } from './trials.ts';

/** Fewer people than these never make a threshold lower: what they have in common may be the room. */
const PEOPLE_TO_LOOSEN = 30;
/** One-sided 95 %. */
const Z = 1.644854;
const GRID = 0.05;

/** What impostors of one modality reach within two tries, and how many people stand behind them. */
export interface ImpostorRatios {
  readonly ratios: readonly number[];
  readonly people: number;
}

export interface Rates {
  readonly targetFmr: number;
  readonly modalityFmr: number;
}

/** Of the first try, or of both together, whichever says more: a stranger has as many tries as the person. */
export function ratioWithinTwoTries(
  map: EvidenceMap,
  { enrolled, probe, together }: Trial,
  counts = REFERENCE,
): number {
  const ratio = (side: Trial['probe'], probes: number) =>
    logLikelihoodRatio(map, scoreOf(map, enrolled, side), { ...counts, probe: probes });
  const one = ratio(probe, counts.probe);
  return together ? Math.max(one, ratio(together, effectiveCount(map, 2, together.coherence))) : one;
}

/**
 * The threshold that so few impostors reach that even the upper end of what their number leaves open (Wilson, one-sided 95 %)
 * is within the rate; null where they are too few for any.
 */
export function carriedThreshold(ratios: readonly number[], fmr: number): number | null {
  let allowed = -1;
  while (allowed + 1 < ratios.length && upperBound(allowed + 1, ratios.length) <= fmr) allowed++;
  return allowed < 0 ? null : above(ratios, allowed);
}

/**
 * Of one modality. Few people, or few comparisons, leave the threshold that is known (`known`, null for none) where it
 * is or make it stricter.
 */
export function modalityThreshold(
  { ratios, people }: ImpostorRatios,
  fmr: number,
  known: number | null,
): number {
  const carried = carriedThreshold(ratios, fmr);
  if (carried !== null && (known === null || people >= PEOPLE_TO_LOOSEN)) return Math.max(0, carried);
  const promised = known ?? -Math.log(fmr);
  // As many as the rate lets through, of those that there are.
  const seen = ratios.length * fmr >= 1 ? above(ratios, Math.floor(ratios.length * fmr)) : promised;
  return Math.max(0, promised, seen);
}

/**
 * The thresholds that impostors reach as often as is wanted: each modality's own, and on the sum, of those who reach both, the
 * one that the target FMR leaves. `inherited`: of the model before, with its modalities' thresholds brought to these maps.
 */
export function fitDecision(
  impostors: { readonly face: ImpostorRatios; readonly voice: ImpostorRatios },
  { targetFmr, modalityFmr }: Rates,
  inherited: DecisionRule | null,
): DecisionRule {
  const { face, voice } = impostors;
  const own = {
    face: modalityThreshold(face, modalityFmr, inherited?.face ?? null),
    voice: modalityThreshold(voice, modalityFmr, inherited?.voice ?? null),
  };
  const both = own.face + own.voice;
  const margin = inherited ? Math.max(0, inherited.threshold - inherited.face - inherited.voice) : 0;
  const fewest = Math.min(face.ratios.length, voice.ratios.length);
  // Rule of three, for each modality's part in a rare coincidence of both.
  const enough = (fmr: number) => fewest * Math.sqrt(fmr) >= 3;
  const at = (fmr: number, floors: { face: number; voice: number } | null) =>
    fewest === 0 ? -Math.log(fmr) : fusedThreshold(face.ratios, voice.ratios, fmr, floors);
  const people = Math.min(face.people, voice.people);
  const isCarried = enough(targetFmr) && (inherited === null || people >= PEOPLE_TO_LOOSEN);
  const measured = at(targetFmr, own);
  const threshold = isCarried ? Math.max(both, measured) : Math.max(both + margin, measured);
  return {
    ...{ targetFmr, modalityFmr },
    ...own,
    threshold,
    stepUp: Math.min(threshold, Math.max(0, at(targetFmr * 10, null))),
  };
}

/**
 * The sum of ratios that impostors reach with probability `fmr`, of those that reach both floors. Face and voice of different
 * people know nothing of each other, so their sum is distributed as the convolution of both, on a grid of a twentieth.
 */
export function fusedThreshold(
  face: readonly number[],
  voice: readonly number[],
  fmr: number,
  floors: { readonly face: number; readonly voice: number } | null = null,
): number {
  const [f, v] = [histogram(face, floors?.face), histogram(voice, floors?.voice)];
  const lowest = floors ? floors.face + floors.voice : (f.low + v.low) * GRID;
  let tail = 0;
  for (let sum = f.counts.length + v.counts.length - 2; sum >= 0; sum--) {
    let here = 0;
    for (let i = Math.max(0, sum - v.counts.length + 1); i <= Math.min(sum, f.counts.length - 1); i++)
      here += f.counts[i]! * v.counts[sum - i]!;
    if (tail + here > fmr) return Math.max(lowest, (sum + 1 + f.low + v.low) * GRID);
    tail += here;
  }
  return lowest;
}

/** Shares of all values, of those at or above the floor. */
function histogram(values: readonly number[], floor = -Infinity): { low: number; counts: Float64Array } {
  const reached = values.filter((value) => value >= floor);
  if (reached.length === 0) return { low: 0, counts: new Float64Array(0) };
  const [least, most] = reached.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const,
    [Infinity, -Infinity] as const,
  );
  const low = Math.floor(least / GRID);
  const counts = new Float64Array(Math.ceil(most / GRID) - low + 1);
  for (const value of reached) counts[Math.ceil(value / GRID) - low]! += 1 / values.length;
  return { low, counts };
}

/** Halfway between the last of those that may pass and the first that may not; a step of the grid above the best where none may. */
function above(ratios: readonly number[], allowed: number): number {
  const descending = Float64Array.from(ratios).sort().reverse();
  const refused = descending[allowed];
  if (refused === undefined) return descending.at(-1) ?? 0;
  const passing = allowed > 0 ? descending[allowed - 1]! : refused + GRID;
  // Equal ratios (those at a map's limit) are told apart by nothing: then none of them passes.
  return passing > refused ? (passing + refused) / 2 : refused + GRID / 2;
}

function upperBound(count: number, total: number): number {
  const share = count / total;
  const middle = share + (Z * Z) / (2 * total);
  const half = Z * Math.sqrt((share * (1 - share)) / total + (Z * Z) / (4 * total * total));
  return (middle + half) / (1 + (Z * Z) / total);
}
