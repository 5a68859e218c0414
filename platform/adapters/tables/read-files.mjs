import { join } from 'node:path';
import { headerOf } from './csv-header.mjs';
import { isNumeric, name, text } from './duckdb.mjs';
import { requireWholeGzip } from './whole-gzip.mjs';

/** What pandas takes for missing in a CSV file unless told otherwise, so that both count the same. */
const missing = [
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>'],
  ...['N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
];

/** Of the database rather than of the file that is being read. */
const notTheFile = /^(Out of Memory|INTERNAL|FATAL)/;

/**
 * Reads the files into the table `data`, whose columns are those of all of them. A file that cannot be read is left out, with
 * what DuckDB says about it.
 */
export async function readFiles({ rows }, files, folder) {
  const data = new Map();
  const perFile = [];
  for (const file of files) {
    try {
      const columns = await readFile(rows, file, folder);
      await append(rows, data, columns);
      perFile.push({
        columns: columns.map(({ name, type, empty }) => ({ name, type: empty ? null : type })),
      });
    } catch (error) {
      if (!(error instanceof Error) || notTheFile.test(error.message)) throw error;
      perFile.push({ unreadable: error.message });
    }
    await rows('drop table if exists file');
  }
  return { columns: [...data.values()], perFile };
}

/** Into the table `file`; `empty` are columns without any value, whose type says nothing. */
async function readFile(rows, file, folder) {
  const path = join(folder, file.name);
  if (file.compression === 'gzip') await requireWholeGzip(path);
  switch (file.format) {
    case 'csv':
    case 'tsv':
      await readSeparated(rows, file, path);
      break;
    case 'json-lines':
      await rows(
        `create table file as select * from read_json(${text(path)}, format = 'newline_delimited', records = true,
           maximum_depth = 2, sample_size = -1, compression = ${text(file.compression)})`,
      );
      break;
    default:
      await rows(`create table file as select * from read_parquet(${text(path)})`);
  }
  const columns = (await rows('select column_name, column_type from (describe file)')).map((column) => ({
    name: column.column_name,
    type: column.column_type,
  }));
  const [counts] = await rows(
    `select ${columns.map((one, i) => `count(${name(one.name)}) as c${i}`).join(', ')} from file`,
  );
  return columns.map((column, index) => ({ ...column, empty: Number(counts[`c${index}`]) === 0 }));
}

/**
 * Every value is read as text first, by the names of the first line, and the types are found out from all of them. DuckDB's own
 * detection passes over lines that it cannot make sense of, or gives up without naming one.
 */
async function readSeparated(rows, { format, compression }, path) {
  const { names, separator } = await headerOf(path, { compressed: compression === 'gzip', format });
  const columns = names.map((one) => `${text(one)}: 'VARCHAR'`).join(', ');
  await rows(
    `create table text_of_file as select * from read_csv(${text(path)}, auto_detect = false, header = true,
       delim = ${text(separator)}, quote = '"', escape = '"', strict_mode = true, max_line_size = 8000000,
       nullstr = [${missing.map(text).join(', ')}], compression = ${text(compression)}, columns = {${columns}})`,
  );
  try {
    const casts = await typesOfText(rows, names);
    await rows(`create table file as select ${casts.join(', ')} from text_of_file`);
  } finally {
    await rows('drop table text_of_file');
  }
}

/** The first of these types that all values have. */
const typesOfText = async (rows, names) => {
  const types = [
    ['BIGINT', (one) => `regexp_full_match(${one}, '\\s*[+-]?[0-9]{1,18}\\s*')`],
    ['DOUBLE', (one) => `try_cast(${one} as double) is not null`],
    ['BOOLEAN', (one) => `lower(${one}) in ('true', 'false')`],
    [
      'DATE',
      (one) =>
        `regexp_full_match(${one}, '[0-9]{4}-[0-9]{2}-[0-9]{2}') and try_cast(${one} as date) is not null`,
    ],
    ['TIMESTAMP', (one) => `try_cast(${one} as timestamp) is not null`],
  ];
  const casts = [];
  for (const one of names.map(name)) {
    const tests = types
      .map(([type, test]) => `coalesce(bool_and(${test(one)}), false) as ${type}`)
      .join(', ');
    const [found] = await rows(`select ${tests} from text_of_file where ${one} is not null`);
    const type = types.map(([candidate]) => candidate).find((candidate) => found[candidate]) ?? 'VARCHAR';
    casts.push(type === 'VARCHAR' ? one : `cast(${one} as ${type}) as ${one}`);
  }
  return casts;
};

async function append(rows, data, columns) {
  if (columns.length === 0) return;
  if (data.size === 0) await rows('create table data as select * from file limit 0');
  for (const column of columns) {
    const key = column.name.toLowerCase();
    const known = data.get(key);
    if (known === undefined) {
      // Those of the first file came with the table.
      await rows(`alter table data add column if not exists ${name(column.name)} ${column.type}`);
      data.set(key, { ...column });
    } else if (!column.empty) await widen(rows, known, column);
  }
  await rows('insert into data by name select * from file');
}

/** Until a file has a value there, the type of a column says nothing. */
async function widen(rows, known, { type }) {
  const wanted = known.empty ? type : await commonType(rows, known.type, type);
  if (wanted !== known.type) await rows(`alter table data alter ${name(known.name)} type ${wanted}`);
  Object.assign(known, { type: wanted, empty: false });
}

async function commonType(rows, a, b) {
  if (a === b) return a;
  const times = [a, b].every((type) => type === 'DATE' || type === 'TIMESTAMP');
  if (!times && ![a, b].every(isNumeric)) return 'VARCHAR';
  const [found] = await rows(
    `select column_type from (describe select null::${a} as x union all select null::${b})`,
  );
  return found.column_type;
}
