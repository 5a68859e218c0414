import { access, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, UserError } from '@visavox/core/errors';

/** Lines of a published list, one at a time: the longest has fifteen million. */
export type Lines = AsyncIterable<string> | Iterable<string>;

/** A list, with what it is called where something is wrong with it. */
export interface List {
  readonly name: string;
  readonly lines: Lines;
}

/** The file is opened when its lines are wanted. */
export function openList(path: string): List {
  return { name: path, lines: linesIn(path) };
}

async function* linesIn(path: string): AsyncGenerator<string> {
  const file = await open(path).catch((cause: unknown) => {
    throw listMissing(`${path} cannot be read: ${messageOf(cause)}`, cause);
  });
  yield* file.readLines();
}

/** The words of every line that is not empty, with the number that an editor gives it. */
export async function* wordsOf(lines: Lines): AsyncGenerator<{ words: readonly string[]; line: number }> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const words = text.trim().split(/\s+/);
    if (words[0] !== '') yield { words, line };
  }
}

/** Where a list lies: as the data set has it, or by its name alone where lists were put together in one folder. */
export async function findList(folder: string, path: string): Promise<string> {
  for (const candidate of [join(folder, path), join(folder, basename(path))])
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  throw listMissing(`There is no ${path} below ${folder}, and no ${basename(path)} in it.`);
}

function listMissing(message: string, cause?: unknown): UserError {
  return new UserError({
    ...{ kind: 'not-found', code: 'list_missing', message, cause },
    action: 'Name the folder of the published lists with --lists, or put them below --root.',
  });
}

export function badLine(name: string, line: number, expected: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'list_invalid',
    message: `${name}, line ${line}: expected ${expected}.`,
    action: 'Take the list as it was published, unchanged.',
  });
}
