import { z } from '@hono/zod-openapi';
import * as core from '@visavox/core/dataset-split';
import { Digest } from '@visavox/core/digest';

// Made anew, since schemas made before the OpenAPI extension lack its method.
const Rule = z.object(core.SplitRule.shape).openapi('SplitRule');
const Part = z.object(core.SplitPart.shape).openapi('SplitPart');

export const DatasetSplit = z
  .object({
    digest: Digest,
    createdAt: z.string(),
    split: z.object({ ...core.DatasetSplit.shape, rule: Rule, parts: z.array(Part) }),
  })
  .openapi('DatasetSplit');

export const DatasetSplits = z.object({ splits: z.array(DatasetSplit) }).openapi('DatasetSplits');

export const NewSplit = z
  .object({
    name: core.SplitName.default('default'),
    ...core.SplitRule.shape,
    group: core.SplitRule.shape.group.default(null),
    seed: core.SplitRule.shape.seed.default(0),
  })
  .openapi('NewSplit');
