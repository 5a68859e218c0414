import { z } from '@hono/zod-openapi';
import * as core from '@visavox/core/dataset-profile';
import { Digest } from '@visavox/core/digest';

// Made anew, since schemas made before the OpenAPI extension lack its method.
const Column = z.object(core.ColumnProfile.shape).openapi('ColumnProfile');
const Tables = z.object({ ...core.TablesProfile.shape, columns: z.array(Column) });

export const DatasetProfile = z
  .object({
    ...core.DatasetProfile.shape,
    tables: Tables.nullable().openapi({
      description: 'of the items that are tables, read as one; null where none is',
    }),
  })
  .openapi('DatasetProfile');

export const ProfilePending = z.object({ state: z.literal('computing') }).openapi('ProfilePending');

const beforeAfter = <T extends z.ZodType>(value: T) => z.object({ before: value, after: value });
const named = z.array(z.object({ name: z.string(), type: z.string() }));
const ColumnDifference = z
  .object({
    name: z.string(),
    type: z.string(),
    missing: beforeAfter(z.number()).openapi({ description: 'shares of the rows' }),
    mean: beforeAfter(z.number().nullable()).nullable(),
    quartiles: beforeAfter(core.NumberStatistics.shape.quartiles).nullable(),
    drift: z.number().nullable().openapi({
      description:
        'the population stability index: by a rule of thumb little moved below 0.1, and much did above 0.25',
    }),
  })
  .openapi('ColumnDifference');

export const ProfileDifference = z
  .object({
    from: Digest,
    to: Digest,
    tables: z
      .object({
        rows: beforeAfter(z.int()),
        unread: beforeAfter(z.int()).openapi({ description: 'tables that could not be read' }),
        added: named,
        removed: named,
        retyped: z.array(z.object({ name: z.string(), before: z.string(), after: z.string() })),
        columns: z.array(ColumnDifference).openapi({ description: 'those that both have, of the same type' }),
      })
      .nullable()
      .openapi({ description: 'null unless both versions hold tables' }),
  })
  .openapi('ProfileDifference');
