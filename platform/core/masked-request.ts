/** What stands in the place of a value that nobody is to read. */
export const masked = '***';

/**
 * A request or an answer of a model server with the values of some columns and tensors hidden: by the name of a column in
 * a table, of a key in a record, or of a tensor. Pure.
 */
export function maskedValue(value: unknown, names: ReadonlySet<string>): unknown {
  if (names.size === 0) return value;
  if (Array.isArray(value)) return value.map((one) => maskedValue(one, names));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(object.columns) && Array.isArray(object.data)) return maskedTable(object, names);
  if (typeof object.name === 'string' && names.has(object.name) && 'data' in object)
    return { ...object, data: masked };
  return Object.fromEntries(
    Object.entries(object).map(([name, one]) => [name, names.has(name) ? masked : maskedValue(one, names)]),
  );
}

/** As pandas splits it. */
function maskedTable(table: Readonly<Record<string, unknown>>, names: ReadonlySet<string>) {
  const columns = (table.columns as readonly unknown[]).map(String);
  const rows = table.data as readonly unknown[];
  return {
    ...table,
    data: rows.map((row) =>
      Array.isArray(row) ? row.map((cell, at) => (names.has(columns[at] ?? '') ? masked : cell)) : masked,
    ),
  };
}
