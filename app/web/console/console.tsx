import '../styles/console.css';
import { useQuery } from '@tanstack/react-query';
import { session } from '../api/calls.ts';
import { NotFoundPage } from '../pages/not-found.tsx';
import { matchPath, useAddress } from '../router.tsx';
import { operator as english } from '../text/console.en.ts';
import { operator as french } from '../text/console.fr.ts';
import { i18n } from '../text/i18n.ts';
import { ConsoleFrame } from './console-frame.tsx';
import { OverviewPage } from './overview.tsx';
import { PeoplePage } from './people.tsx';
import { ReleasesPage } from './releases.tsx';
import { ReportPage } from './report.tsx';
import { RunPage } from './run.tsx';
import { RunsPage } from './runs.tsx';
import { TokenPage } from './token.tsx';
import { TracePage } from './trace.tsx';

i18n.addResourceBundle('en', 'operator', english);
i18n.addResourceBundle('fr', 'operator', french);

export function Console() {
  const { pathname } = useAddress();
  const current = useQuery({ queryKey: ['session'], queryFn: session });
  if (current.isPending) return null;
  if (!current.data?.operator) return <TokenPage />;
  return <ConsoleFrame>{pageAt(pathname)}</ConsoleFrame>;
}

function pageAt(path: string) {
  const run = matchPath('/console/runs/:id', path);
  const report = matchPath('/console/models/:name/:version/report', path);
  const trace = matchPath('/console/trace/:kind/:id', path);
  if (matchPath('/console', path)) return <OverviewPage />;
  if (matchPath('/console/people', path)) return <PeoplePage />;
  if (matchPath('/console/runs', path)) return <RunsPage />;
  if (run?.id) return <RunPage key={run.id} id={run.id} />;
  if (matchPath('/console/releases', path)) return <ReleasesPage />;
  if (report?.name && report.version)
    return <ReportPage key={report.version} name={report.name} version={Number(report.version)} />;
  if (trace?.id && trace.kind) return <TracePage kind={trace.kind} id={trace.id} />;
  return <NotFoundPage />;
}
