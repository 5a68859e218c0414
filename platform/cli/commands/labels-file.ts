import { readFile } from 'node:fs/promises';
import { labelsFileName } from '@visavox/core/dataset';
import { messageOf, UserError } from '@visavox/core/errors';
import { parse } from 'csv-parse/sync';

type Labels = Readonly<Record<string, string>>;

const fileColumn = 'file_name';
const separators = [',', ';', '\t', '|'] as const;
const separatorNames = 'comma, semicolon, tab or |';

/**
 * The labels of files, by key, from a folder's {@link labelsFileName}: CSV in UTF-8 or UTF-16, separated by whatever
 * its first line is separated by. Throws a UserError `folder_unusable` that names the row.
 */
export async function labelsIn(
  path: string,
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Labels>> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'EISDIR') return null;
    throw fault(`${path} cannot be read: ${cause.message}`, 'Correct its permissions, or remove it.', cause);
  });
  if (bytes === null) return new Map();
  const { columns, rows } = tableOf(path, textOf(path, bytes));
  const labels = new Map<string, Labels>();
  const rowOf = new Map<string, number>();
  for (const [index, cells] of rows.entries()) {
    const row = index + 1;
    const given = cells[columns.indexOf(fileColumn)] ?? '';
    const key = keyOf(given, keys);
    if (key === undefined)
      throw fault(
        `${path}, row ${row}: there is no file "${given}"`,
        `Give paths from that folder on in the column ${fileColumn}.`,
      );
    const earlier = rowOf.get(key);
    if (earlier !== undefined)
      throw fault(`${path}: the rows ${earlier} and ${row} are both about ${key}`, 'Remove one of them.');
    rowOf.set(key, row);
    labels.set(key, labelsOf(columns, cells));
  }
  return labels;
}

function labelsOf(columns: readonly string[], cells: readonly string[]): Labels {
  const pairs = columns.map((name, index) => [name, cells[index] ?? ''] as const);
  return Object.fromEntries(pairs.filter(([name, value]) => name !== fileColumn && value !== ''));
}

/** As it is written, in form C of Unicode, or as Windows writes paths. */
function keyOf(given: string, keys: ReadonlySet<string>): string | undefined {
  const plain = given.normalize('NFC').replace(/^\.\//, '');
  return [plain, plain.replaceAll('\\', '/').replace(/^\.\//, '')].find((key) => keys.has(key));
}

function tableOf(path: string, text: string): { columns: readonly string[]; rows: readonly string[][] } {
  // What Excel writes for other Excels to know the separator.
  const [line, declared] = /^sep=(.)\r?\n/i.exec(text) ?? [];
  const body = text.slice(line?.length ?? 0);
  const tried = declared === undefined ? separators : [declared];
  const separator = tried.find((one) => recordsOf(body, one, 1)[0]?.includes(fileColumn));
  if (separator === undefined) {
    const found = body.split(/\r?\n/, 1)[0] ?? '';
    throw fault(
      `${path} has no column ${fileColumn}: its first line is "${found.slice(0, 200)}"`,
      `Name the columns in the first line, separated by ${separatorNames}: ${fileColumn},label.`,
    );
  }
  let records: string[][];
  try {
    records = recordsOf(body, separator);
  } catch (cause) {
    throw fault(`${path} is no CSV: ${messageOf(cause)}`, 'Correct that line.', cause);
  }
  const [columns = [], ...rows] = records;
  const repeated = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (repeated !== undefined)
    throw fault(`${path} has two columns ${repeated}`, 'Rename or remove one of them.');
  // Spreadsheets end lines with separators of columns that are empty.
  if (columns.some((name, index) => name === '' && rows.some((row) => row[index] !== '')))
    throw fault(`${path} has a column without a name`, 'Name it in the first line, or remove it.');
  return { columns, rows };
}

function recordsOf(text: string, delimiter: string, to?: number): string[][] {
  return parse(text, { delimiter, trim: true, skip_empty_lines: true, ...(to === undefined ? {} : { to }) });
}

function textOf(path: string, bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fault(
      `${path} is not UTF-8`,
      'Save it as UTF-8 ("CSV UTF-8" in Excel), or convert it: iconv -f latin1 -t utf-8.',
      cause,
    );
  }
}

function fault(message: string, action: string, cause?: unknown): UserError {
  return new UserError({ kind: 'invalid', code: 'folder_unusable', message, action, cause });
}
