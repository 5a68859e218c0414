import type {
  ColumnProfile,
  CountedValue,
  DatasetProfile,
  Histogram,
  NumberStatistics,
} from './dataset-profile.ts';

export interface BeforeAfter<T> {
  readonly before: T;
  readonly after: T;
}

export interface ColumnDifference {
  readonly name: string;
  readonly type: string;
  /** Shares of all rows. */
  readonly missing: BeforeAfter<number>;
  readonly mean: BeforeAfter<number | null> | null;
  readonly quartiles: BeforeAfter<NumberStatistics['quartiles']> | null;
  /** The population stability index; null where nothing of the two can be compared. */
  readonly drift: number | null;
}

export interface ProfileDifference {
  readonly rows: BeforeAfter<number>;
  /** Tables that could not be read: their columns and rows are not among those that are compared. */
  readonly unread: BeforeAfter<number>;
  readonly added: readonly { readonly name: string; readonly type: string }[];
  readonly removed: readonly { readonly name: string; readonly type: string }[];
  readonly retyped: readonly ({ readonly name: string } & BeforeAfter<string>)[];
  /** Of columns that both have, of one type. */
  readonly columns: readonly ColumnDifference[];
}

/** What is otherwise in the tables of one version than in those of another; null unless both have tables. */
export function diffProfiles(before: DatasetProfile, after: DatasetProfile): ProfileDifference | null {
  if (!before.tables || !after.tables) return null;
  const earlier = new Map(before.tables.columns.map((column) => [column.name, column]));
  const later = new Map(after.tables.columns.map((column) => [column.name, column]));
  const shared = after.tables.columns.flatMap((column) => {
    const old = earlier.get(column.name);
    return old ? [{ before: old, after: column }] : [];
  });
  const nameAndType = ({ name, type }: ColumnProfile) => ({ name, type });
  return {
    rows: { before: before.tables.rows, after: after.tables.rows },
    unread: { before: before.tables.unread.length, after: after.tables.unread.length },
    added: after.tables.columns.filter(({ name }) => !earlier.has(name)).map(nameAndType),
    removed: before.tables.columns.filter(({ name }) => !later.has(name)).map(nameAndType),
    retyped: shared
      .filter((pair) => pair.before.type !== pair.after.type)
      .map((pair) => ({ name: pair.after.name, before: pair.before.type, after: pair.after.type })),
    columns: shared.filter((pair) => pair.before.type === pair.after.type).map(diffColumns),
  };
}

function diffColumns({ before, after }: BeforeAfter<ColumnProfile>): ColumnDifference {
  const share = ({ rows, missing }: ColumnProfile) => (rows === 0 ? 0 : missing / rows);
  const numbers = before.numbers && after.numbers && { before: before.numbers, after: after.numbers };
  return {
    name: after.name,
    type: after.type,
    missing: { before: share(before), after: share(after) },
    mean: numbers && { before: numbers.before.mean, after: numbers.after.mean },
    quartiles: numbers && { before: numbers.before.quartiles, after: numbers.after.quartiles },
    drift: populationStabilityIndex(numbers ? numberCounts(numbers) : valueCounts({ before, after })),
  };
}

/** A share that is taken for none at all, whose logarithm there would not be. */
const leastShare = 0.0001;

/**
 * How far a distribution moved: the sum over all categories of (after - before) * ln(after / before), where both are shares of
 * what is present. 0 where nothing moved; by the usual rule of thumb little did below 0.1, and much did above 0.25.
 *
 * Source: N. Siddiqi, Credit Risk Scorecards, Wiley 2006; B. Yurdakul and J. Naranjo, Statistical properties of the population
 * stability index, Journal of Risk Model Validation, https://econpapers.repec.org/article/rskjourn5/7725371.htm.
 */
export function populationStabilityIndex(
  categories: readonly BeforeAfter<number>[] | undefined,
): number | null {
  if (!categories) return null;
  const sum = (side: keyof BeforeAfter<number>) => categories.reduce((all, count) => all + count[side], 0);
  const [allBefore, allAfter] = [sum('before'), sum('after')];
  if (allBefore === 0 || allAfter === 0) return null;
  return categories.reduce((index, count) => {
    const before = Math.max(count.before / allBefore, leastShare);
    const after = Math.max(count.after / allAfter, leastShare);
    return index + (after - before) * Math.log(after / before);
  }, 0);
}

/** The counts of two histograms in the bins of the coarser one. */
function numberCounts({ before, after }: BeforeAfter<NumberStatistics>): BeforeAfter<number>[] {
  const width = Math.max(widthOf(before.histogram), widthOf(after.histogram));
  const [earlier, later] = [inBins(before.histogram, width), inBins(after.histogram, width)];
  return [...new Set([...earlier.keys(), ...later.keys()])].map((bin) => ({
    before: earlier.get(bin) ?? 0,
    after: later.get(bin) ?? 0,
  }));
}

function widthOf({ bounds: [first = 0, second = 0] }: Histogram): number {
  return second - first;
}

function inBins({ bounds, counts }: Histogram, width: number): ReadonlyMap<number, number> {
  const bins = new Map<number, number>();
  for (const [index, count] of counts.entries()) {
    const bin = Math.floor((bounds[index] ?? 0) / width);
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }
  return bins;
}

/**
 * The counts of values that are known on both sides, and of all others together: one that is not among the frequent values
 * is not there at all where these are all that there are. Undefined where no value is known on both sides.
 */
function valueCounts({ before, after }: BeforeAfter<ColumnProfile>): BeforeAfter<number>[] | undefined {
  const [earlier, later] = [knownCounts(before), knownCounts(after)];
  const values = [...before.frequent, ...after.frequent].map(({ value }) => value);
  const known = [...new Set(values)].flatMap((value) => {
    const counts = { before: earlier(value), after: later(value) };
    return counts.before === undefined || counts.after === undefined
      ? []
      : [{ before: counts.before, after: counts.after }];
  });
  if (known.length === 0) return undefined;
  const rest = (column: ColumnProfile, side: keyof BeforeAfter<number>) =>
    column.rows - column.missing - known.reduce((sum, counts) => sum + counts[side], 0);
  const others = { before: rest(before, 'before'), after: rest(after, 'after') };
  return others.before + others.after > 0 ? [...known, others] : known;
}

function knownCounts({ frequent, rows, missing }: ColumnProfile): (value: string) => number | undefined {
  const counts = new Map(frequent.map(({ value, count }: CountedValue) => [value, count]));
  const listed = frequent.reduce((sum, { count }) => sum + count, 0);
  const otherwise = listed === rows - missing ? 0 : undefined;
  return (value) => counts.get(value) ?? otherwise;
}
