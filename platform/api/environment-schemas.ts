import { z } from '@hono/zod-openapi';
import { SettingsVersion } from '@visavox/core/environment-settings';

const digestOrNumber =
  'ENVIRONMENT for what it is declared to be now, or ENVIRONMENT:NUMBER for a version of it';

export const SettingsVersionRecord = z.object(SettingsVersion.shape).openapi('SettingsVersion');

export const SettingsDifferences = z
  .array(
    z.object({
      path: z.string().openapi({ example: 'resources.memory' }),
      from: z.string().nullable(),
      to: z.string().nullable(),
    }),
  )
  .openapi({ description: 'by path; null where it is not there' });

export const ModelEnvironment = z
  .object({
    model: z.string(),
    environment: z.string(),
    version: SettingsVersionRecord,
    release: z
      .object({
        id: z.string(),
        version: z.number(),
        settings: z
          .number()
          .nullable()
          .openapi({ description: 'of the settings that it went out with; null from before there were any' }),
      })
      .nullable()
      .openapi({ description: 'what serves there' }),
    changes: SettingsDifferences.openapi({ description: 'since the release that serves went out' }),
    todo: z.string().nullable().openapi({ description: 'for the changes to hold, or for what is missing' }),
    missingSecrets: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'names of settings that the server does not have; null where it cannot look' }),
    notHonoured: z
      .array(z.string())
      .openapi({ description: 'what is asked for and not given where this server runs' }),
  })
  .openapi('ModelEnvironment');
export type ModelEnvironment = z.infer<typeof ModelEnvironment>;

export const ModelEnvironments = z
  .object({ environments: z.array(ModelEnvironment) })
  .openapi('ModelEnvironments');

export const DescribedEnvironment = z
  .object({
    ...ModelEnvironment.shape,
    versions: z.array(SettingsVersionRecord).openapi({ description: 'newest first' }),
  })
  .openapi('DescribedEnvironment');

export const SettingsComparison = z
  .object({ from: SettingsVersionRecord, to: SettingsVersionRecord, differences: SettingsDifferences })
  .openapi('SettingsComparison');

/** What a release goes out with, beside what it was tried with before. */
export const ReleaseSettings = z
  .object({
    release: z.string(),
    from: z.object({ environment: z.string(), number: z.number() }).nullable().openapi({
      description: 'where it served before, or what serves in its environment; null where there is neither',
    }),
    to: z
      .object({ environment: z.string(), number: z.number() })
      .nullable()
      .openapi({ description: 'null from before there were any' }),
    differences: SettingsDifferences,
    changes: SettingsDifferences.openapi({ description: 'of what is declared now, since it was proposed' }),
  })
  .openapi('ReleaseSettings');
export type ReleaseSettings = z.infer<typeof ReleaseSettings>;

export const Compared = z.object({
  from: z.string().min(1).max(80).openapi({ description: digestOrNumber, example: 'test' }),
  to: z.string().min(1).max(80).openapi({ description: digestOrNumber, example: 'production:2' }),
});
