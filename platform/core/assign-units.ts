import { createHash } from 'node:crypto';
import type { DatasetSplit, SplitRule } from './dataset-split.ts';
import { UserError } from './errors.ts';

/** What goes into one part as a whole: a group, or what has the same content. */
export interface Unit {
  /** The value of the group, or the digest of the content. */
  readonly id: string;
  /** How many rows or items it has. */
  readonly size: number;
  readonly stratum: string | null;
  /** With `time`: when its first and its last one were. */
  readonly from: Moment | null;
  readonly to: Moment | null;
}

export interface Moment {
  readonly at: number;
  /** As it was written. */
  readonly text: string;
}

export type Cuts = DatasetSplit['cuts'];

/** What an earlier split of the same rule has decided. */
export interface EarlierSplit {
  /** By {@link unitKey}. */
  readonly parts: ReadonlyMap<string, string>;
  readonly cuts: Cuts;
}

export interface Assignment {
  /** By the unit's id. */
  readonly parts: ReadonlyMap<string, string>;
  readonly cuts: Cuts;
}

/** A unit without what it is called: names of groups are often people's. */
export function unitKey(id: string): string {
  return hashOf(id).subarray(0, 16).toString('hex');
}

/**
 * Decides which part each unit is in, always the same for the same units. A unit that an earlier split knows keeps its part.
 * Pure. Throws a UserError `split_part_empty`, or `split_leaks` where a unit would be on both sides of a moment.
 */
export function assignUnits(units: readonly Unit[], rule: SplitRule, earlier?: EarlierSplit): Assignment {
  const { parts, cuts } = decided(units, rule, earlier);
  const used = new Set(parts.values());
  const empty = rule.shares.find(({ part }) => !used.has(part));
  if (empty) throw partEmpty(empty.part, units.length, rule);
  return { parts, cuts };
}

function decided(units: readonly Unit[], rule: SplitRule, earlier: EarlierSplit | undefined): Assignment {
  switch (rule.by) {
    case 'group':
      return { parts: new Map(units.map(({ id }) => [id, partOfHash(id, rule)])), cuts: [] };
    case 'stratum':
      return { parts: byStratum(units, rule, earlier?.parts ?? new Map()), cuts: [] };
    case 'time': {
      const cuts = earlier?.cuts ?? cutsOf(units, rule);
      return { parts: new Map(units.map((unit) => [unit.id, partInTime(unit, rule, cuts)])), cuts };
    }
  }
}

/** By a hash of the group alone: where it goes depends on nothing that comes or goes beside it. */
function partOfHash(id: string, { shares, seed }: SplitRule): string {
  const point = pointOf(id, seed);
  let sum = 0;
  for (const { part, share } of shares) {
    sum += share;
    if (point < sum) return part;
  }
  return lastOf(shares).part;
}

/** Dealt out in the order of their hashes, each to the part that lacks most in its stratum. */
function byStratum(units: readonly Unit[], { shares, seed }: SplitRule, known: ReadonlyMap<string, string>) {
  const parts = new Map<string, string>();
  const strata = new Map<string, Map<string, number>>();
  const have = (stratum: string) => {
    const sizes = strata.get(stratum) ?? new Map(shares.map(({ part }) => [part, 0]));
    strata.set(stratum, sizes);
    return sizes;
  };
  const put = ({ id, stratum, size }: Unit, part: string) => {
    const sizes = have(stratum ?? '');
    sizes.set(part, (sizes.get(part) ?? 0) + size);
    parts.set(id, part);
  };
  const fresh: Unit[] = [];
  for (const unit of units) {
    const part = known.get(unitKey(unit.id));
    if (part === undefined) fresh.push(unit);
    else put(unit, part);
  }
  const points = new Map(fresh.map(({ id }) => [id, pointOf(id, seed)]));
  fresh.sort((a, b) => (points.get(a.id) ?? 0) - (points.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
  for (const unit of fresh) {
    const sizes = have(unit.stratum ?? '');
    const total = [...sizes.values()].reduce((sum, size) => sum + size, unit.size);
    const lacks = shares.map(({ part, share }) => ({ part, lack: share * total - (sizes.get(part) ?? 0) }));
    put(unit, lacks.reduce((most, one) => (one.lack > most.lack + 1e-9 ? one : most)).part);
  }
  return parts;
}

/** Between moments that differ, as near to the shares as they allow. */
function cutsOf(units: readonly Unit[], { shares }: SplitRule): Cuts {
  const sizes = new Map<number, { size: number; text: string }>();
  for (const { from, size } of units) {
    if (!from) continue;
    const known = sizes.get(from.at);
    sizes.set(from.at, { size: (known?.size ?? 0) + size, text: known?.text ?? from.text });
  }
  const moments = [...sizes].sort(([a], [b]) => a - b);
  const total = moments.reduce((sum, [, { size }]) => sum + size, 0);
  let before = 0;
  const starts = moments.map(([at, { size, text }]) => {
    const start = { at, text, before };
    before += size;
    return start;
  });
  let sum = 0;
  let least = 1;
  return shares.slice(1).map(({ part }, index) => {
    sum += shares[index]?.share ?? 0;
    const wanted = sum * total;
    // Each part that follows needs a moment of its own.
    const candidates = starts.slice(least, starts.length - (shares.length - 2 - index));
    const [first, ...others] = candidates;
    if (!first) throw tooFewMoments(moments.length, shares.length);
    const nearest = others.reduce(
      (best, one) => (Math.abs(one.before - wanted) < Math.abs(best.before - wanted) ? one : best),
      first,
    );
    least = starts.indexOf(nearest) + 1;
    return { part, from: nearest.at, text: nearest.text };
  });
}

function partInTime({ id, from, to }: Unit, { shares, group }: SplitRule, cuts: Cuts): string {
  const first = shares[0]?.part ?? '';
  const at = (moment: Moment | null) =>
    cuts.reduce((part, cut) => ((moment?.at ?? 0) >= cut.from ? cut.part : part), first);
  const [begins, ends] = [at(from), at(to)];
  if (begins === ends) return begins;
  throw leak(
    group === null
      ? `the same content is in ${begins} (${from?.text}) and in ${ends} (${to?.text})`
      : `${group} "${id}" is in ${begins} (${from?.text}) and in ${ends} (${to?.text})`,
    'Split by the group instead, or leave what is late of it out.',
  );
}

/** Refuses what has the same content, or the same group, in two parts. */
export function leak(message: string, action: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_leaks',
    message: `the split would leak: ${message}`,
    action,
  });
}

function partEmpty(part: string, units: number, { by }: SplitRule): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_part_empty',
    message: `nothing would be in ${part}: there are ${units} ${by === 'group' ? 'groups' : 'units'} to split`,
    action:
      by === 'time'
        ? 'Give it another name, so that its moments are chosen anew, or split by group.'
        : 'Use another seed or other shares, or split by something with more values.',
  });
}

function tooFewMoments(moments: number, parts: number): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_part_empty',
    message: `there are ${moments} moments for ${parts} parts`,
    action: 'Split into fewer parts, or by a column that tells moments apart.',
  });
}

/** In [0, 1). */
function pointOf(id: string, seed: number): number {
  return hashOf(`${seed}\0${id}`).readUIntBE(0, 6) / 2 ** 48;
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function lastOf<T>(list: readonly T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new TypeError('an empty list has no last one');
  return last;
}
