import { z } from 'zod';
import { Digest } from './digest.ts';

const Count = z.number().int().nonnegative();

/** What is still known of a dataset version that was deleted. */
export const DatasetTombstone = z.object({
  dataset: Digest,
  name: z.string(),
  items: Count,
  createdAt: z.string(),
  deletedAt: z.string(),
  /** Who deleted it: a user, or `retention`. */
  deletedBy: z.string(),
  reason: z.string(),
  /** Models made from it that served, or might have, when it was deleted all the same: `irises:3 in production`. */
  released: z.array(z.string()),
  /** What the disk got back, without what others still hold; null while it is being removed. */
  freed: z.object({ blobs: Count, bytes: Count }).nullable(),
});
export type DatasetTombstone = z.infer<typeof DatasetTombstone>;

/** How long versions are kept: one is deleted when neither keeps it. */
export const Retention = z
  .strictObject({
    /** At least so many of the newest ones. */
    newest: z.number().int().positive().optional(),
    /** At least for so long. */
    days: z.number().positive().optional(),
  })
  .refine(
    ({ newest, days }) => newest !== undefined || days !== undefined,
    'expected "newest", "days" or both',
  );
export type Retention = z.infer<typeof Retention>;

/** Which of a dataset's versions, the newest first, retention keeps no longer. The newest one stays always. */
export function beyondRetention<Version extends { readonly createdAt: string }>(
  versions: readonly Version[],
  { newest = 1, days = 0 }: Retention,
  now: Date,
): readonly Version[] {
  const before = now.getTime() - days * 24 * 60 * 60_000;
  return versions.slice(newest).filter(({ createdAt }) => Date.parse(createdAt) < before);
}
