import { logBeta } from './evidence.ts';

/** Of the beta mixture: little is assumed of rates, and rare ones are not far off. */
const PRIOR = 0.5;
const BISECTIONS = 60;

/**
 * A confidence sequence for a rate: all rates p against which the beta mixture of likelihoods has no evidence of 1/alpha. It holds
 * at all times at once, so that one may look whenever one likes and keep the intersection of what one saw.
 */
export function rateInterval(
  { events, of }: { readonly events: number; readonly of: number },
  alpha: number,
): readonly [low: number, high: number] {
  if (of === 0) return [0, 1];
  const others = of - events;
  const mixture = logBeta(PRIOR + events, PRIOR + others) - logBeta(PRIOR, PRIOR);
  const against = (rate: number) => mixture - times(events, rate) - times(others, 1 - rate) + Math.log(alpha);
  const likeliest = events / of;
  return [
    events === 0 ? 0 : edge(against, { outside: 0, inside: likeliest }),
    others === 0 ? 1 : edge(against, { outside: 1, inside: likeliest }),
  ];
}

function times(count: number, rate: number): number {
  return count === 0 ? 0 : count * Math.log(rate);
}

/** Where the evidence crosses zero. */
function edge(
  against: (rate: number) => number,
  { outside, inside }: { outside: number; inside: number },
): number {
  let [out, within] = [outside, inside];
  for (let round = 0; round < BISECTIONS; round++) {
    const middle = (out + within) / 2;
    if (against(middle) >= 0) out = middle;
    else within = middle;
  }
  return out;
}
