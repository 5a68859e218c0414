import { z } from 'zod';
import { Digest } from './digest.ts';

/**
 * `approving`: somebody has approved, and the release is being made champion. `overtaken`: what it was asked for has changed
 * since.
 */
export const ApprovalState = z.enum(['open', 'approving', 'approved', 'rejected', 'overtaken']);
export type ApprovalState = z.infer<typeof ApprovalState>;

/** Somebody wants a release to be champion where a second person has to agree. */
export const Approval = z.object({
  id: z.string(),
  release: z.string(),
  environment: z.string(),
  model: z.string(),
  version: z.number().int().positive(),
  bundle: Digest,
  /** The release that served when it was asked for. */
  champion: z.string().nullable(),
  state: ApprovalState,
  askedBy: z.string(),
  askedAt: z.string(),
  reason: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  /** Why it was rejected or overtaken, or what was said with the approval. */
  decision: z.string().nullable(),
});
export type Approval = z.infer<typeof Approval>;
