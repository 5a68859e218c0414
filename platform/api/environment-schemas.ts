import { z } from '@hono/zod-openapi';
import {
  NotHonoured,
  ReleaseSettings,
  SettingsDifference,
  SettingsVersion,
} from '@visavox/core/environment-settings';

const environmentOrVersion =
  'ENVIRONMENT for what it is declared to be now, or ENVIRONMENT:NUMBER for a version of it';

export const SettingsVersionRecord = z.object(SettingsVersion.shape).openapi('SettingsVersion');

export const SettingsDifferences = z
  .array(SettingsDifference)
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
      .array(NotHonoured)
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

export const ReleaseSettingsRecord = z.object(ReleaseSettings.shape).openapi('ReleaseSettings');

export const Compared = z.object({
  from: z.string().min(1).max(80).openapi({ description: environmentOrVersion, example: 'test' }),
  to: z.string().min(1).max(80).openapi({ description: environmentOrVersion, example: 'production:2' }),
});
