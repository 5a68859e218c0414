const levels = '▁▂▃▄▅▆▇█';

/** How values went, in at most `width` characters; `×` where one is not finite. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length);
  const shown = Array.from(
    { length: columns },
    (_, column) => values[Math.ceil(((column + 1) * values.length) / columns) - 1] ?? Number.NaN,
  );
  const finite = shown.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  return shown
    .map((value) => {
      if (!Number.isFinite(value)) return '×';
      const share = most > least ? (value - least) / (most - least) : 0.5;
      return levels[Math.min(levels.length - 1, Math.floor(share * levels.length))];
    })
    .join('');
}
