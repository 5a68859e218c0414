import { z } from '@hono/zod-openapi';
import * as core from '@visavox/core/dataset-tombstone';

// Made anew, since schemas made before the OpenAPI extension lack its method.
export const DatasetTombstone = z.object(core.DatasetTombstone.shape).openapi('DatasetTombstone');

export const DatasetTombstones = z
  .object({ tombstones: z.array(DatasetTombstone) })
  .openapi('DatasetTombstones');

export const NewDeletion = z
  .object({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(2000)
      .openapi({ description: 'stays with what is known of the version' }),
    evenIfReleased: z.boolean().default(false).openapi({
      description: 'also where a model that was made from it is released',
    }),
  })
  .openapi('NewDeletion');
