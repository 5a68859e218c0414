import type { Dirent, Stats } from 'node:fs';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { messageOf, UserError } from '@visavox/core/errors';

/** A file below a folder. The key is relative, with `/`, and in Unicode's form C, as one name is on every system. */
export interface FoundFile {
  readonly key: string;
  readonly path: string;
}

export interface WalkRules {
  /** What a link may lead to outside of the folder: files, never other folders, or nothing. Others are refused by name. */
  readonly outside: 'files' | 'nothing';
  /** Whether an entry is left out, whatever it is. */
  readonly skip?: (key: string) => boolean;
  /** Told of sockets, devices and pipes, which have no bytes to keep. */
  readonly special: (key: string, kind: string) => void;
  readonly emptyFolder?: (key: string) => void;
}

/**
 * All files below a folder, in the order of their keys in each folder. Links are followed. Throws a UserError
 * `folder_unusable` that names what cannot be used: a link to nothing, out of the folder or to a folder above it, a name
 * that is not UTF-8, two names that are one.
 */
export async function* walkFolder(folder: string, rules: WalkRules): AsyncGenerator<FoundFile, void> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw unusable(`${folder} cannot be read: ${messageOf(cause)}`, 'Name a folder of files.', cause);
  });
  yield* walk({ path: folder, real: root, prefix: '' }, [root], root, rules);
}

interface Place {
  readonly path: string;
  /** Without links. */
  readonly real: string;
  /** Of the keys below it. */
  readonly prefix: string;
}

async function* walk(
  place: Place,
  above: readonly string[],
  root: string,
  rules: WalkRules,
): AsyncGenerator<FoundFile, void> {
  const entries = await entriesOf(place);
  if (entries.length === 0 && place.prefix !== '') rules.emptyFolder?.(place.prefix);
  for (const { name, key, dirent } of entries) {
    if (rules.skip?.(key)) continue;
    const path = join(place.path, name);
    let real = join(place.real, name);
    let kind: Dirent | Stats = dirent as unknown as Dirent;
    if (dirent.isSymbolicLink()) {
      real = await followLink(path, key);
      kind = await stat(path);
      const inside = real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
      if (!inside && (rules.outside === 'nothing' || kind.isDirectory()))
        throw unusable(
          `the link ${key} leads out of the folder, to ${real}`,
          'Copy what it leads to into the folder, or remove the link.',
        );
    }
    if (kind.isDirectory()) {
      if (above.includes(real))
        throw unusable(`the link ${key} leads to a folder that it is in`, 'Remove the link.');
      yield* walk({ path, real, prefix: `${key}/` }, [...above, real], root, rules);
    } else if (kind.isFile()) yield { key, path };
    else rules.special(key, specialKind(kind));
  }
}

async function followLink(path: string, key: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const target = await readlink(path).catch(() => 'somewhere');
    throw unusable(
      `the link ${key} leads to ${target}, which cannot be read: ${messageOf(cause)}`,
      'Correct the link or remove it.',
      cause,
    );
  }
}

async function entriesOf({ path, prefix }: Place) {
  // As bytes: a name in another encoding would come as one that does not exist.
  const dirents = await readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch((cause: unknown) => {
    throw unusable(`${path} cannot be read: ${messageOf(cause)}`, 'Name a folder of files.', cause);
  });
  const entries = dirents.map((dirent) => {
    const name = nameOf(dirent.name, prefix);
    return { name, key: `${prefix}${name.normalize('NFC')}`, dirent };
  });
  entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const twice = entries.find(({ key }, index) => entries[index + 1]?.key === key);
  if (twice)
    throw unusable(
      `${twice.key} is there twice: the names differ only in how their accents are written (Unicode forms C and D)`,
      'Rename one of the two.',
    );
  return entries;
}

function nameOf(bytes: Uint8Array, prefix: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const shown = [...bytes]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`))
      .join('');
    throw unusable(
      `the name ${prefix}${shown} is not UTF-8`,
      'Rename it: "convmv -f latin1 -t utf8 -r --notest FOLDER" does it for all names.',
    );
  }
}

function specialKind(kind: Dirent | Stats): string {
  if (kind.isSocket()) return 'a socket';
  if (kind.isFIFO()) return 'a pipe';
  return 'a device';
}

function unusable(message: string, action: string, cause?: unknown): UserError {
  return new UserError({ kind: 'invalid', code: 'folder_unusable', message, action, cause });
}
