import { type BigIntStats, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Digest } from '@visavox/core/digest';
import { z } from 'zod';

/** What a file's content was: its digest, or that it is a secret. */
const Content = Digest.or(z.literal('secret'));
export type Content = z.infer<typeof Content>;

const Cache = z.object({
  format: z.literal(1),
  root: z.string(),
  files: z.record(z.string(), z.tuple([z.string(), Content])),
});

/** A change within this time of a file's last one may leave its times as they are. */
const clockTickNs = 50_000_000n;

/**
 * What the files of one folder were when they were read last, so that only those are read again that have changed:
 * known by size, times and inode. One that changed a moment before it was read is read again next time.
 */
export class HashCache {
  readonly #file: string | undefined;
  readonly #root: string;
  readonly #before: Readonly<Record<string, readonly [string, Content]>>;
  readonly #now: Record<string, [string, Content]> = {};
  #changed = false;

  /** `file`: where it is kept between processes. */
  constructor(root: string, file: string | undefined) {
    this.#root = root;
    this.#file = file;
    this.#before = file === undefined ? {} : readCache(file, root);
  }

  find(path: string, stats: BigIntStats): Content | undefined {
    const known = Object.hasOwn(this.#before, path) ? this.#before[path] : undefined;
    if (known?.[0] !== stampOf(stats)) return undefined;
    this.#now[path] = [known[0], known[1]];
    return known[1];
  }

  /** `readAt`: when reading began, in nanoseconds since 1970. */
  keep(path: string, stats: BigIntStats, readAt: bigint, content: Content): void {
    this.#changed = true;
    const latest = stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs;
    if (latest + clockTickNs < readAt) this.#now[path] = [stampOf(stats), content];
  }

  /** A cache that cannot be written costs time, and nothing else. */
  save(): void {
    const gone = Object.keys(this.#now).length !== Object.keys(this.#before).length;
    if (this.#file === undefined || !(this.#changed || gone)) return;
    const unfinished = `${this.#file}.${process.pid}.new`;
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(unfinished, JSON.stringify({ format: 1, root: this.#root, files: this.#now }), {
        mode: 0o600,
      });
      renameSync(unfinished, this.#file);
    } catch {
      // read-only home, full disk
    }
  }
}

function stampOf({ size, mtimeNs, ctimeNs, ino, mode }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino, mode].join(' ');
}

function readCache(file: string, root: string): z.infer<typeof Cache>['files'] {
  try {
    const cache = Cache.parse(JSON.parse(readFileSync(file, 'utf8')));
    return cache.root === root ? cache.files : {};
  } catch {
    return {}; // none yet, or half written by a machine that stopped
  }
}
