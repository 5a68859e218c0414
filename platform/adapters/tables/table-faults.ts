import type { UnreadItem } from '@visavox/core/dataset-profile';

const reasonAtMost = 300;
const kindOfError = /^(?:Invalid Input|Invalid|Binder|IO|Conversion|Not implemented) Error: */i;
const ofCsv = /^CSV Error on Line: (\d+)\n/;

/**
 * What DuckDB says of a file, as where and what is wrong: without its advice on options and the name that the file has there,
 * and without the line itself, since it is data that has no place in a message.
 */
export function unreadable(item: string, message: string): UnreadItem {
  const text = message.replace(kindOfError, '');
  const [first = '', csvLine] = ofCsv.exec(text) ?? [];
  const reason = first === '' ? firstParagraph(text) : csvReason(text.slice(first.length));
  const line = csvLine ?? / in line (\d+)/.exec(reason)?.[1];
  return {
    ...{ item, why: 'unreadable' },
    line: line === undefined ? null : Number(line),
    reason: reason.slice(0, reasonAtMost),
  };
}

function csvReason(text: string): string {
  if (!text.startsWith('Original Line')) return firstParagraph(text);
  const known =
    /^(?:Expected Number of Columns|Value with unterminated quote|Invalid unicode|Maximum line size).*$/m;
  return known.exec(text)?.[0] ?? 'This is no line of a CSV file.';
}

function firstParagraph(text: string): string {
  const [paragraph = ''] = text.split(/\n *\n|\n *(?:Possible|Try|LINE) /);
  return paragraph.replaceAll(/ (?:in file |of file )?["'][^"']*\.table["']/g, '').trim();
}
