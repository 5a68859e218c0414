import { type EvidenceMap, scoreOf } from './evidence-map.ts';
import { type EmbeddedRecording, enrolledSide, probeSide, type Side } from './sides.ts';

/** Values of comparisons of which it is known whether both sides are one person. */
export interface Known<T> {
  readonly genuine: readonly T[];
  readonly impostor: readonly T[];
}

export type ScoreSet = Known<number>;

/** A sign-in's comparison, and with it what a second try adds: both tries together. */
export interface Trial {
  readonly enrolled: Side;
  readonly probe: Side;
  /** Null where there is no second recording. */
  readonly together: Side | null;
}

export interface TrialOptions {
  readonly enrol: number;
  readonly probe: number;
  /** Each person's recordings take turns in being enrolled, at most so many times. */
  readonly turns?: number;
  /** Compares each template with the probes of every turn, not of its own alone: where there are few people. */
  readonly everyProbe?: boolean;
}

/**
 * Enrols and verifies every person with every other, the way a sign-in does: a template of `enrol` recordings against
 * `probe` others. A person with fewer recordings is enrolled with what is left. Nobody is compared with himself on a recording
 * that is enrolled.
 */
export function verifications(
  people: ReadonlyMap<string, readonly EmbeddedRecording[]>,
  options: TrialOptions,
): Known<Trial> {
  const sides = [...people]
    .filter(([, recordings]) => recordings.length >= 2)
    .map(([, recordings]) => turnsOf(recordings, options));
  return {
    genuine: sides.flatMap((own) => own.flatMap((turn) => turn.own.map((probe) => trial(turn, probe)))),
    impostor: sides.flatMap((claimed, a) =>
      sides.flatMap((claimant, b) =>
        a === b ? [] : paired(claimed, claimant, options).map(([turn, probe]) => trial(turn, probe)),
      ),
    ),
  };
}

export function scoresOf(map: EvidenceMap, { genuine, impostor }: Known<Trial>): ScoreSet {
  const score = ({ enrolled, probe }: Trial) => scoreOf(map, enrolled, probe);
  return { genuine: genuine.map(score), impostor: impostor.map(score) };
}

interface Probe {
  readonly probe: Side;
  readonly together: Side | null;
}

interface Turn {
  readonly enrolled: Side;
  /** Of this turn: what others claim with it, too. */
  readonly probe: Probe;
  /** What this template is compared with of the person's own. */
  readonly own: readonly Probe[];
}

const trial = ({ enrolled }: Turn, { probe, together }: Probe): Trial => ({ enrolled, probe, together });

function turnsOf(
  recordings: readonly EmbeddedRecording[],
  { enrol, probe, turns = 4, everyProbe = false }: TrialOptions,
): Turn[] {
  const count = Math.min(turns, recordings.length);
  const enrolled = Math.min(enrol, recordings.length - 1);
  const left = recordings.length - enrolled;
  const probed = Math.min(probe, left);
  const pick = (from: number, some: number) =>
    Array.from({ length: some }, (_, index) => recordings[(from + index) % recordings.length]!);
  return Array.from({ length: count }, (_, turn) => {
    const start = Math.floor((turn * recordings.length) / count);
    const probeAt = (after: number): Probe => {
      const first = pick(start + enrolled + after, probed);
      // A second try is other recordings, while there are any.
      const second = pick(start + enrolled + ((after + probed) % left), probed);
      return {
        probe: probeSide(first),
        together: left > probed ? probeSide([...first, ...second]) : null,
      };
    };
    const own = Array.from({ length: everyProbe ? left : 1 }, (_, after) => probeAt(after));
    return { enrolled: enrolledSide(pick(start, enrolled)), probe: own[0]!, own };
  });
}

function paired(
  claimed: readonly Turn[],
  claimant: readonly Turn[],
  { everyProbe = false }: TrialOptions,
): [Turn, Probe][] {
  if (everyProbe) return claimed.flatMap((turn) => claimant.map(({ probe }): [Turn, Probe] => [turn, probe]));
  return claimed.slice(0, claimant.length).map((turn, index) => [turn, claimant[index]!.probe]);
}
