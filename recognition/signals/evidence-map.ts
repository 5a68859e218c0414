import { z } from 'zod';
import { comparedWith, type Side } from './sides.ts';
import { cosineOf } from './vectors.ts';

/** What is known of a comparison besides its cosines: `slope` times the value, which is kept within what was measured. */
const SideTerm = z.object({
  slope: z.number(),
  least: z.number(),
  most: z.number(),
  /** What is taken for granted where nothing says: of what can be, what lets the fewest in. */
  unknown: z.number(),
});
export type SideTerm = z.infer<typeof SideTerm>;

export const SIDE_TERMS = ['coherence', 'probeSeconds', 'enrolledSeconds'] as const;
export type SideTermName = (typeof SIDE_TERMS)[number];

/**
 * From a comparison to a log-likelihood ratio (natural logarithm): a straight line over the cosines and what is known beside
 * them, kept within what the trials can carry. For a template of three recordings against one ({@link REFERENCE}).
 */
export const EvidenceMap = z.object({
  /** A cosine for each network behind the vector, over so many of its numbers, in order; the last takes what is left. */
  parts: z
    .array(z.object({ width: z.number().int().positive().optional(), slope: z.number().positive() }))
    .min(1),
  offset: z.number(),
  /**
   * `coherence`: how alike the enrolled recordings are (mean cosine of two): who sounds the same each time is expected to.
   * Seconds count by their logarithm: what is longer says more, and so has to be nearer.
   */
  beside: z
    .object({
      coherence: SideTerm.optional(),
      probeSeconds: SideTerm.optional(),
      enrolledSeconds: SideTerm.optional(),
    })
    .optional(),
  /** However clear a single comparison is, it says no more than this, either way. */
  limit: z.number().positive(),
  /** The same for evidence against the person, where another microphone or day sounds like another person. */
  against: z.number().positive().optional(),
  /**
   * The mean of several recordings lies nearer to everyone, and most to its own person. By one unit of
   * 1/enrolled + 1/probes, the ratio of nothing moves by `shift`, and a ratio of one is `stretch` more of them.
   * `coherence`: the mean cosine of two recordings of one person on different occasions.
   */
  averaging: z.object({ shift: z.number(), stretch: z.number(), coherence: z.number().lt(1) }).optional(),
  /** Its templates are made of the recordings and of a copy of each, as a worse device would have taken it. */
  copies: z.boolean().optional(),
  /** With copies: recordings that came in clear are compared with a template of the recordings alone. */
  apart: z.boolean().optional(),
});
export type EvidenceMap = z.infer<typeof EvidenceMap>;

/** Independent recordings behind each side of a comparison. */
export interface Counts {
  readonly enrol: number;
  readonly probe: number;
}

export const REFERENCE: Counts = { enrol: 3, probe: 1 };

/**
 * Below this quality a recording is less and less worth: what little can be made out of it looks, or sounds, like
 * anyone's. On LFW, whose pairs below it are missed ten times as often, leaving it out or not makes no difference to the
 * rates as a whole; it guards against recordings worse than those that calibrations are measured on.
 */
const RELIABLE_QUALITY = 0.5;
/** Averaging makes no map steeper than this. */
const LEAST_STRETCH = 0.2;

const variance = ({ enrol, probe }: Counts) => 1 / enrol + 1 / probe;

/** The ratio before its limits, of {@link REFERENCE} counts: what maps are refitted on. */
export function scoreOf(map: EvidenceMap, enrolled: Side, probe: Side): number {
  const { beside = {} } = map;
  const measured = map.parts.slice(0, -1).reduce((sum, { width = 0 }) => sum + width, 0);
  if (measured >= enrolled.direction.length)
    throw new TypeError(`a map of ${map.parts.length} networks for ${enrolled.direction.length} numbers`);
  const direction = comparedWith(enrolled, probe);
  let score = map.offset;
  let from = 0;
  for (const [index, { width, slope }] of map.parts.entries()) {
    const last = index === map.parts.length - 1;
    const to = last || width === undefined ? enrolled.direction.length : from + width;
    score += slope * cosineOf(direction, probe.direction, from, to);
    from = to;
  }
  const log = (seconds: number | null) => (seconds === null ? null : Math.log(Math.max(seconds, 0.1)));
  return (
    score +
    termOf(beside.coherence, enrolled.coherence) +
    termOf(beside.probeSeconds, log(probe.seconds)) +
    termOf(beside.enrolledSeconds, log(enrolled.seconds))
  );
}

function termOf(term: SideTerm | undefined, value: number | null): number {
  if (!term) return 0;
  return term.slope * (value === null ? term.unknown : clamp(value, term.least, term.most));
}

/** `quality` of the recording that is compared, 0..1: a poor one says less, for the person and against. */
export function logLikelihoodRatio(map: EvidenceMap, score: number, counts = REFERENCE, quality = 1): number {
  const more = variance(counts) - variance(REFERENCE);
  const { shift = 0, stretch = 0 } = map.averaging ?? {};
  const ratio = (score - shift * more) / Math.max(LEAST_STRETCH, 1 + stretch * more);
  const reliance = Math.min(1, Math.max(0, quality / RELIABLE_QUALITY));
  return reliance * clamp(ratio, -(map.against ?? map.limit), map.limit);
}

/** The same order of comparisons, with ratios of `gain` times as much and `bias` more. */
export function rescaled(map: EvidenceMap, { gain, bias }: { gain: number; bias: number }): EvidenceMap {
  const { parts, offset, beside, averaging, ...rest } = map;
  const terms = Object.entries(beside ?? {}).flatMap(([name, term]) =>
    term ? [[name, { ...term, slope: term.slope * gain }] as const] : [],
  );
  return {
    ...rest,
    parts: parts.map((part) => ({ ...part, slope: part.slope * gain })),
    offset: offset * gain + bias,
    ...(beside && { beside: Object.fromEntries(terms) }),
    ...(averaging && { averaging: { ...averaging, shift: averaging.shift * gain } }),
  };
}

/** One network, nothing known besides: cosine x slope + offset. */
export function straightLine(
  { slope, offset }: { slope: number; offset: number },
  rest: Omit<EvidenceMap, 'parts' | 'offset'>,
): EvidenceMap {
  return { ...rest, parts: [{ slope }], offset };
}

/** The limits are for decisions; where the order of the clearest comparisons matters too, there are none. */
export function unlimited(map: EvidenceMap): EvidenceMap {
  return { ...map, limit: Infinity, against: Infinity };
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
