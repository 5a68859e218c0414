import { dirname } from 'node:path';
import { UserError } from '@visavox/core/errors';

/** One recording: files to be joined in this order. */
export type Recording = readonly string[];

export interface Comparison {
  /** Who is claimed, and who it is. */
  readonly claimed: string;
  readonly claimant: string;
  readonly enrolled: readonly Recording[];
  readonly probe: Recording;
  readonly same: boolean;
}

/** `a,b,same`: one image against one. The folder of an image is its person. */
export function readFacePairs(text: string, name: string): readonly Comparison[] {
  return readCsv(text, name, ['a', 'b', 'same']).map(({ a, b, same }, index) => ({
    claimed: dirname(a),
    claimant: dirname(b),
    enrolled: [[a]],
    probe: [b],
    same: truth(same, name, index),
  }));
}

/** `trial,enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,…,same`: three enrolled recordings against one; `|` joins files. */
export function readVoiceTrials(text: string, name: string): readonly Comparison[] {
  const columns = ['enrol_speaker', 'test_speaker', 'enrol1', 'enrol2', 'enrol3', 'test', 'same'] as const;
  return readCsv(text, name, columns).map((row, index) => ({
    claimed: row.enrol_speaker,
    claimant: row.test_speaker,
    enrolled: [row.enrol1, row.enrol2, row.enrol3].map((files) => files.split('|')),
    probe: row.test.split('|'),
    same: truth(row.same, name, index),
  }));
}

/**
 * `…,speaker,gender,…` (or `person` for `speaker`): what else is known of people. Every other column that tells a few
 * groups apart is one to report by.
 */
export function readLabels(
  text: string,
  name: string,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const names = header.split(',').map((column) => column.trim());
  const who = names.findIndex((column) => column === 'speaker' || column === 'person');
  if (who < 0)
    throw new UserError({
      kind: 'invalid',
      code: 'list_invalid',
      message: `${name} has no column speaker or person; its first line is "${header}".`,
      action:
        'Give a CSV file with a column speaker (as in the lists), and a column for each label, such as gender.',
    });
  return new Map(
    lines.map((line) => {
      const cells = line.split(',').map((cell) => cell.trim());
      const labels = names.flatMap((column, index) => {
        const value = cells[index];
        return index === who || !value ? [] : [[column, value] as const];
      });
      return [cells[who] ?? '', Object.fromEntries(labels)];
    }),
  );
}

function readCsv<Column extends string>(
  text: string,
  name: string,
  columns: readonly Column[],
): Record<Column, string>[] {
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const names = header?.split(',') ?? [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw invalidList(`${name} has no column ${missing.join(', ')}; its first line is "${header ?? ''}".`);
  return lines.map((line, index) => {
    const cells = line.split(',');
    const cell = (column: Column) => {
      const value = cells[names.indexOf(column)];
      if (!value) throw invalidList(`${name}, line ${index + 2}: nothing in column ${column}.`);
      return value;
    };
    // Every column is set below; TypeScript cannot see it through fromEntries.
    return Object.fromEntries(columns.map((column) => [column, cell(column)])) as Record<Column, string>;
  });
}

function truth(value: string, name: string, index: number): boolean {
  if (value !== '0' && value !== '1')
    throw invalidList(`${name}, line ${index + 2}: same is "${value}", expected 0 or 1.`);
  return value === '1';
}

function invalidList(message: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'list_invalid',
    message,
    action: 'Faces: a,b,same. Voices: trial,enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,…,same.',
  });
}
