import { join } from 'node:path';
import { headerOf } from './csv-header.mjs';
import { isNumeric, isTemporal, name, text } from './duckdb.mjs';
import { requireWholeGzip } from './whole-gzip.mjs';

const unitsAtMost = 1_000_000;

/**
 * Reads the files into a table each, in the order of their rows, and returns what may be split: units with their strata and
 * moments. Values of CSV stay the texts that they are, so that parts are written as they were read.
 */
export async function unitsOfTables({ rows }, { files, unit, stratum, time }, folder) {
  const tables = [];
  for (const [index, file] of files.entries()) {
    try {
      tables.push(await readOrdered(rows, file, `file_${index}`, folder));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { unreadable: { file: index, message: error.message } };
    }
  }
  const asked = [unit, stratum, time].filter((column) => column !== null);
  for (const column of asked) {
    const without = tables.findIndex(({ columns }) => !columns.has(column.toLowerCase()));
    if (without >= 0) return { missing: { column, file: without, rows: null } };
    for (const [index, { table }] of tables.entries()) {
      const [{ count }] = await rows(`select count(*) as count from ${table} where ${name(column)} is null`);
      if (Number(count) > 0) return { missing: { column, file: index, rows: Number(count) } };
    }
  }
  const moment = time === null ? undefined : await momentOf(rows, tables, time);
  if (moment?.wrong) return { notATime: moment.wrong };
  for (const one of tables)
    await addUnit(rows, one, { unit, stratum, time: time && { column: time, ...moment } });
  const all = tables.map(({ table }) => `select * from unit_of_${table}`).join(' union all ');
  const units = await rows(
    `select unit, stratum, count(*)::integer as size, min(instant) as earliest, max(instant) as latest,
       arg_min(moment, instant) as earliest_text, arg_max(moment, instant) as latest_text
       from (${all}) group by unit, stratum order by unit, stratum limit ${unitsAtMost + 1}`,
  );
  if (units.length > unitsAtMost) return { tooMany: unitsAtMost };
  return {
    units: units.map((one) => ({
      ...{ id: one.unit, size: Number(one.size), stratum: one.stratum },
      from: one.earliest === null ? null : { at: Number(one.earliest), text: one.earliest_text },
      to: one.latest === null ? null : { at: Number(one.latest), text: one.latest_text },
    })),
  };
}

/** Writes the rows of each part of each file into a file of the same format: `INDEX-PART.table`, where there are any. */
export async function writeParts({ rows }, { files, assignment, parts }, folder) {
  await rows(
    `create table assignment as select * from read_json(${text(join(folder, assignment))},
       format = 'newline_delimited', columns = {unit: 'VARCHAR', part: 'VARCHAR'})`,
  );
  const written = [];
  for (const [index, file] of files.entries()) {
    const table = `file_${index}`;
    const [{ count: all }] = await rows(`select count(*) as count from ${table}`);
    for (const part of parts) {
      const those = `from ${table} join unit_of_${table} as own on own.own_row = ${table}.rowid
        join assignment using (unit) where part = ${text(part)}`;
      const [{ count }] = await rows(`select count(*) as count ${those}`);
      if (Number(count) === 0) continue;
      const target = `${index}-${part}.table`;
      await rows(
        `copy (select ${table}.* ${those} order by ${table}.rowid) to ${text(join(folder, target))} (${formatOf(file)})`,
      );
      written.push({ file: index, part, name: target, rows: Number(count), all: Number(all) });
    }
  }
  return written;
}

function formatOf({ format, compression, separator }) {
  const packed = compression === 'gzip' ? ", compression 'gzip'" : '';
  if (format === 'parquet') return "format parquet, compression 'zstd'";
  if (format === 'json-lines') return `format json${packed}`;
  return `format csv, header, delimiter ${text(separator)}${packed}`;
}

async function readOrdered(rows, file, table, folder) {
  const path = text(join(folder, file.name));
  const { format, compression } = file;
  if (compression === 'gzip') await requireWholeGzip(join(folder, file.name));
  if (format === 'parquet') await rows(`create table ${table} as select * from read_parquet(${path})`);
  else if (format === 'json-lines')
    await rows(
      `create table ${table} as select * from read_json(${path}, format = 'newline_delimited', records = true,
         maximum_depth = 2, sample_size = -1, compression = ${text(compression)})`,
    );
  else {
    const header = await headerOf(join(folder, file.name), { compressed: compression === 'gzip', format });
    const columns = header.names.map((one) => `${text(one)}: 'VARCHAR'`).join(', ');
    file.separator = header.separator;
    await rows(
      `create table ${table} as select * from read_csv(${path}, auto_detect = false, header = true,
         delim = ${text(header.separator)}, quote = '"', escape = '"', strict_mode = true, max_line_size = 8000000,
         nullstr = '', compression = ${text(compression)}, columns = {${columns}})`,
    );
  }
  const described = await rows(`select column_name, column_type from (describe ${table})`);
  return {
    table,
    columns: new Map(described.map((one) => [one.column_name.toLowerCase(), one])),
  };
}

/** How a column is read as moments: numbers where all are some, else dates and times. */
async function momentOf(rows, tables, column) {
  const types = tables.map(({ columns }) => columns.get(column.toLowerCase()).column_type);
  const one = name(column);
  const readings = [
    ...(types.every((type) => isNumeric(type) || type === 'VARCHAR') ? [`try_cast(${one} as double)`] : []),
    ...(types.every((type) => isTemporal(type) || type === 'VARCHAR')
      ? [`epoch(try_cast(${one} as timestamp))`]
      : []),
  ];
  let wrong = null;
  for (const reading of readings) {
    wrong = null;
    for (const [file, { table }] of tables.entries()) {
      const [found] = await rows(
        `select ${one}::varchar as value from ${table} where ${reading} is null or not isfinite(${reading}) limit 1`,
      );
      if (found) wrong = { column, file, value: String(found.value).slice(0, 100) };
      if (found) break;
    }
    if (wrong === null) return { reading };
  }
  return { wrong: wrong ?? { column, file: 0, value: types[0] } };
}

/** Beside the table: of each row its unit. Rows without a group are one where all of their values are the same. */
async function addUnit(rows, { table, columns }, { unit, stratum, time }) {
  const sorted = [...columns.values()].map((one) => one.column_name).sort();
  const values = sorted.map(
    (one) => `${text(`${one.toLowerCase()}=`)}, coalesce(${name(one)}::varchar, chr(0)), chr(31)`,
  );
  const id = unit === null ? `sha256(concat(${values.join(', ')}))` : `${name(unit)}::varchar`;
  await rows(
    `create table unit_of_${table} as select rowid as own_row, ${id} as unit,
       ${stratum === null ? 'null::varchar' : `${name(stratum)}::varchar`} as stratum,
       ${time ? `${time.reading}` : 'null::double'} as instant,
       ${time ? `${name(time.column)}::varchar` : 'null::varchar'} as moment
       from ${table}`,
  );
}
