const levels = '▁▂▃▄▅▆▇█';

/** How values went, in at most `width` characters; `×` where one is not finite. Without a range it is from the least to the most. */
export function sparkline(
  values: readonly number[],
  width: number,
  range?: { readonly from: number; readonly to: number },
): string {
  const columns = Math.min(width, values.length);
  const shown = Array.from(
    { length: columns },
    (_, column) => values[Math.ceil(((column + 1) * values.length) / columns) - 1] ?? Number.NaN,
  );
  const finite = shown.filter(Number.isFinite);
  const { from: least, to: most } = range ?? { from: Math.min(...finite), to: Math.max(...finite) };
  return shown
    .map((value) => {
      if (!Number.isFinite(value)) return '×';
      const share = most > least ? (value - least) / (most - least) : 0.5;
      return levels[Math.max(0, Math.min(levels.length - 1, Math.floor(share * levels.length)))];
    })
    .join('');
}
