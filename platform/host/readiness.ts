import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { Database } from '@visavox/adapters/sql/database';
import type { Checks } from '@visavox/api/health';
import type { ObjectStore } from '@visavox/core/object-store';
import type { PlatformSettings } from './settings.ts';

interface Checked {
  readonly settings: Pick<PlatformSettings, 'home' | 'databaseUrl'>;
  readonly database: Pick<Database, 'check'>;
  readonly objects: ObjectStore;
  /** What an application needs besides. */
  readonly more?: Checks | undefined;
}

/** Orchestrators ask every few seconds, each of them, and each time something is written to find out. */
const rememberedMs = 5000;
/** The embedded database needs some of it even to be stopped. */
const leastFreeBytes = 64 << 20;

/** What this part needs for its work. */
export function readiness({ settings, database, objects, more = {} }: Checked): Checks {
  const checks: Checks = {
    database: () => database.check(),
    objects: () => writable(objects),
    ...(settings.databaseUrl === undefined ? { disk: () => hasRoom(settings.home) } : {}),
    ...more,
  };
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, remembered(check)]));
}

/** Keeps the bytes that it is given, for a moment. */
async function writable(objects: ObjectStore): Promise<void> {
  const key = `health/${randomUUID()}`;
  const written = Buffer.from(key);
  await objects.put(key, written);
  const read = await objects.get(key);
  await objects.delete(key);
  if (!written.equals(read)) throw new Error('other bytes came back than were put');
}

async function hasRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < leastFreeBytes) throw new Error(`${Math.floor(free / 1024 / 1024)} MB are left in ${folder}`);
}

/** One at a time, and its outcome for a few seconds. */
function remembered(check: () => Promise<void>): () => Promise<void> {
  let last: { readonly outcome: Promise<void>; readonly until: number } | undefined;
  return () => {
    if (last && performance.now() < last.until) return last.outcome;
    const outcome = check();
    const started = { outcome, until: Number.POSITIVE_INFINITY };
    last = started;
    const keep = () => {
      if (last === started) last = { outcome, until: performance.now() + rememberedMs };
    };
    outcome.then(keep, keep);
    return outcome;
  };
}
