import { ReleaseSettings } from '@visavox/core/environment-settings';
import type { CommandContext } from '../plugin.ts';
import { differenceTable } from './environments.ts';

/** What a release goes out with, beside where it served before. */
export async function settingsOf(
  request: CommandContext['request'],
  release: string,
): Promise<ReleaseSettings> {
  const path = `/api/v1/releases/${encodeURIComponent(release)}/settings`;
  return ReleaseSettings.parse(await request('GET', path));
}

/** For whoever promotes it; empty where there is nothing to look at. */
export function settingsSaid({ from, to, differences, changes }: ReleaseSettings): string {
  if (to === null) return '';
  const names = [from, to].map((one) => (one ? `${one.environment}:${one.number}` : ''));
  const [before = '', now = ''] = names;
  return [
    ...(from === null
      ? []
      : differences.length === 0
        ? [`Its settings are those of ${before}.`]
        : [
            `It goes out with the settings ${now}, which differ from ${before}:`,
            '',
            differenceTable(before, now, differences),
          ]),
    ...(changes.length > 0
      ? [
          'What is declared has changed since it was proposed; propose it again to have that:',
          '',
          differenceTable(now, 'declared', changes),
        ]
      : []),
  ].join('\n');
}
