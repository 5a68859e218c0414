/** Lines a table up for a terminal. Numbers are aligned to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  const cells = rows.map((row) => header.map((_, column) => String(row[column] ?? '-')));
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof (row[column] ?? 0) === 'number'),
  );
  const widths = header.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

export function seconds(from: string | null, to: string | null): string {
  if (!from) return '-';
  const elapsed = (Date.parse(to ?? new Date().toISOString()) - Date.parse(from)) / 1000;
  return elapsed < 100 ? `${elapsed.toFixed(1)} s` : `${Math.round(elapsed / 60)} min`;
}
