import { z } from '@hono/zod-openapi';
import * as core from '@visavox/core/dataset-validation';

// Made anew, since schemas made before the OpenAPI extension lack its method.
const ValidationReport = z.object(core.ValidationReport.shape).openapi('ValidationReport');

export const DatasetValidation = z
  .object({ ...core.DatasetValidation.shape, report: ValidationReport })
  .openapi('DatasetValidation');

export const DatasetValidations = z
  .object({ validations: z.array(DatasetValidation) })
  .openapi('DatasetValidations');

export const NewValidation = z
  .object({
    rules: z.string().min(1).max(1_000_000).optional().openapi({
      description:
        'a schema of Pandera, as YAML or JSON; those that the project declares for the dataset unless given',
    }),
  })
  .openapi('NewValidation');

/** Of what takes longer than a connection lasts: to be asked for again. */
export const Computing = z.object({ state: z.literal('computing') }).openapi('Computing');
