import type { Calibration } from '../signals/calibration.ts';
import { type Counts, type EvidenceMap, REFERENCE } from '../signals/evidence-map.ts';
import { carriedThreshold, fusedThreshold, ratioWithinTwoTries } from '../signals/fit-decision.ts';
import { fitAveraging, fitMap, type MapShape } from '../signals/fit-map.ts';
import type { EmbeddedRecording } from '../signals/sides.ts';
import { MODALITY_FMR, TARGET_FMR } from '../signals/straight-calibration.ts';
import { type Known, type Trial, verifications } from '../signals/trials.ts';
import { cosineOf } from '../signals/vectors.ts';

export type People = ReadonlyMap<string, readonly EmbeddedRecording[]>;

/** People who were recorded alike. */
export interface RecordedCorpus {
  readonly name: string;
  readonly people: People;
  /** Of the trials that the map is fitted on. */
  readonly share: number;
  /** Mean cosines of two occasions are taken from the first that has this. */
  readonly occasions?: boolean;
}

/** A corpus of fewer people compares each template with every probe, so that there are impostors enough. */
const FEW_PEOPLE = 20;
const TURNS = 8;
/** Where the dependence of faces on the number of recordings is measured. */
const COUNTS: readonly Counts[] = [
  { enrol: 1, probe: 1 },
  { enrol: 2, probe: 1 },
  { enrol: 3, probe: 1 },
  { enrol: 3, probe: 2 },
];
/** A voice that sounds wrong counts for no more than one genuine recording in fifteen under new conditions allows. */
const AGAINST = Math.log(15);

/**
 * What counts beside the two networks' cosines, and between which values: of the corpora, what lies outside is one corpus alone,
 * and a slope is not to be drawn further.
 */
export const VOICE_SHAPE = {
  widths: [192, 256],
  beside: {
    coherence: { least: 0.5, most: 0.95 },
    probeSeconds: { least: Math.log(1), most: Math.log(6) },
    enrolledSeconds: { least: Math.log(3), most: Math.log(24) },
  },
} as const satisfies MapShape;

export function trialsIn(people: People, counts: Counts = REFERENCE): Known<Trial> {
  return verifications(people, { ...counts, turns: TURNS, everyProbe: people.size < FEW_PEOPLE });
}

export function fitVoice(corpora: readonly RecordedCorpus[]): EvidenceMap {
  return { ...fitMap(trialsOf(corpora, REFERENCE), VOICE_SHAPE), against: AGAINST };
}

/** SFace's numbers and those of dlib's network, whose cosines lie closer together and count for more. */
const FACE_SHAPE = { widths: [128, 128] } as const satisfies MapShape;

export function fitFace(corpora: readonly RecordedCorpus[]): EvidenceMap {
  const map = fitMap(trialsOf(corpora, REFERENCE), FACE_SHAPE);
  const averaging = fitAveraging(
    map,
    COUNTS.map((counts) => ({ counts, corpora: trialsOf(corpora, counts) })),
  );
  const occasions = corpora.find((corpus) => corpus.occasions) ?? corpora[0];
  const pairs = occasions ? trialsIn(occasions.people, { enrol: 1, probe: 1 }).genuine : [];
  const cosines = pairs.map(({ enrolled, probe }) => cosineOf(enrolled.direction, probe.direction));
  const coherence = cosines.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, cosines.length);
  return { ...map, averaging: { ...averaging, coherence } };
}

const trialsOf = (corpora: readonly RecordedCorpus[], counts: Counts) =>
  corpora.map(({ people, share }) => ({ trials: trialsIn(people, counts), share }));

/** What impostors of a corpus reach within two tries. */
export function impostorRatios(
  map: EvidenceMap,
  { people }: Pick<RecordedCorpus, 'people'>,
  counts = REFERENCE,
): number[] {
  return trialsIn(people, counts).impostor.map((trial) => ratioWithinTwoTries(map, trial, counts));
}

/** The threshold that keeps the rate in every corpus that can carry it, the worst included; what maps promise where none can. */
export function ownThreshold(ratios: readonly (readonly number[])[]): number {
  const carried = ratios.flatMap((one) => carriedThreshold(one, MODALITY_FMR) ?? []);
  return carried.length === 0 ? -Math.log(MODALITY_FMR) : Math.max(0, ...carried);
}

/** Thresholds that hold in the worst corpus of either modality. */
export function fitRule(
  face: readonly (readonly number[])[],
  voice: readonly (readonly number[])[],
): Calibration['decision'] {
  const own = { face: ownThreshold(face), voice: ownThreshold(voice) };
  const worst = (fmr: number, floors: typeof own | null) =>
    Math.max(...face.flatMap((f) => voice.map((v) => fusedThreshold(f, v, fmr, floors))));
  const threshold = worst(TARGET_FMR, own);
  return {
    targetFmr: TARGET_FMR,
    modalityFmr: MODALITY_FMR,
    ...own,
    threshold,
    stepUp: Math.min(threshold, Math.max(0, worst(TARGET_FMR * 10, null))),
  };
}
