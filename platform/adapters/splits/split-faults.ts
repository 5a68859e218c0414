import { UserError } from '@visavox/core/errors';

export function valueMissing(column: string, count: number, item: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_value_missing',
    message: `${count} ${count === 1 ? 'has' : 'have'} no ${column}, such as in ${item}`,
    action:
      'Give each a value, or leave those without one out of the dataset: nobody could say in which part they are.',
  });
}

export function columnMissing(column: string, item: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_value_missing',
    message: `${item} has no column ${column}`,
    action: 'Split by a column that all tables have; "visavox data profile" names them.',
  });
}

export function notATime(column: string, value: string, item: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_not_a_time',
    message: `"${value}" in ${column} of ${item} is no moment`,
    action: 'Split by a column of numbers, or of dates as 2026-05-31 or 2026-05-31T12:00:00Z.',
  });
}

export function unknownColumn(column: string, labels: readonly string[]): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'split_column_unknown',
    message: `no item has a label ${column}, and none is a table that could have such a column`,
    action:
      labels.length === 0
        ? 'Label the files: put them into folders (the label is "folder"), or beside a metadata.csv.'
        : `Split by one of the labels: ${labels.join(', ')}.`,
  });
}

export function splitExists(name: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'split_exists',
    message: `this version has a split ${name} already, by another rule`,
    action: 'Give this one another name (--name): splits never change.',
  });
}

export function tableUnreadable(item: string, line: number | null, reason: string | null): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'table_unreadable',
    message: `${item}${line === null ? '' : `, line ${line}`} cannot be read: ${reason}`,
    action: 'Correct the file and import it again.',
  });
}

export function tooManyUnits(most: number): UserError {
  return new UserError({
    kind: 'too-large',
    code: 'tables_too_large',
    message: `there are more than ${most} groups, or rows that differ`,
    action: 'Split by a group with fewer values.',
  });
}
