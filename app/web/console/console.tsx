import '../styles/console.css';
import { Console as PlatformConsole } from '@visavox/console/shell/console';
import type { ConsoleProject } from '@visavox/console/shell/project';
import { consoleTexts } from '@visavox/console/text/console-texts';
import { addTexts } from '@visavox/console/text/i18n';
import { useTranslation } from 'react-i18next';
import { operator as english, platformWords as englishWords } from '../text/console.en.ts';
import { operator as french, platformWords as frenchWords } from '../text/console.fr.ts';
import { ConsoleLinks } from './console-links.tsx';
import { LivenessNotice } from './liveness-notice.tsx';
import { OverviewPage } from './overview.tsx';
import { PeoplePage } from './people.tsx';
import { ReportLink, ReportPage } from './report.tsx';

addTexts(consoleTexts);
addTexts({
  en: { operator: english, console: englishWords },
  fr: { operator: french, console: frenchWords },
});

/** The pages that sign-in adds to the platform's. */
const signIn: ConsoleProject = {
  pages: [
    {
      path: '/console',
      Name: () => useTranslation('operator').t('nav_overview'),
      show: () => <OverviewPage />,
    },
    {
      path: '/console/people',
      Name: () => useTranslation('operator').t('nav_people'),
      show: () => <PeoplePage />,
    },
    {
      path: '/console/models/:name/:version/report',
      show: ({ name = '', version = '' }) => (
        <ReportPage key={`${name}:${version}`} name={name} version={Number(version)} />
      ),
    },
  ],
  Notice: LivenessNotice,
  Links: ConsoleLinks,
  VersionLinks: ReportLink,
};

export const Console = () => <PlatformConsole project={signIn} />;
