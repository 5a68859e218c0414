import '../styles/console.css';
import '../styles/columns.css';
import '../styles/curves.css';
import { useQuery } from '@tanstack/react-query';
import { operatorState } from '../api/calls.ts';
import { Problem } from '../api/problem.ts';
import { NotFoundPage } from '../pages/not-found.tsx';
import { TokenPage } from '../pages/token.tsx';
import { matchPath, useAddress } from '../router.tsx';
import { useCodeText } from '../text/code-text.ts';
import { ConsoleFrame } from './console-frame.tsx';
import { platformPages } from './platform-pages.tsx';
import { type ConsolePage, type ConsoleProject, ProjectContext } from './project.tsx';
import { UserContext } from './user.ts';

const STARTS_WITHIN_S = 60;
const isStarting = (error: unknown) => error instanceof Problem && error.code === 'starting';

/** The platform's pages and the project's in one frame, for operators. Its words have to be there: `consoleTexts`. */
export function Console({ project }: { project: ConsoleProject }) {
  const { pathname } = useAddress();
  const explain = useCodeText();
  const current = useQuery({
    queryKey: ['operator'],
    queryFn: operatorState,
    // A server that is coming up answers soon; asking for the token meanwhile would mislead.
    retry: (failures, error) => isStarting(error) && failures < STARTS_WITHIN_S,
    retryDelay: 1000,
  });
  if (current.isPending)
    return (
      isStarting(current.failureReason) && (
        <p className="one muted" role="status">
          {explain('starting')}
        </p>
      )
    );
  const user = current.data?.user;
  if (!user) return <TokenPage organisation={current.data?.organisation ?? null} />;
  const audits = user.role === 'operator' || user.role === 'auditor';
  const pages = pagesOf(project).filter((page) => audits || !page.audits);
  return (
    <ProjectContext value={project}>
      <UserContext value={user}>
        <ConsoleFrame pages={pages} user={user}>
          {shown(pages, pathname)}
        </ConsoleFrame>
      </UserContext>
    </ProjectContext>
  );
}

/** In the order of the navigation: the overview, the project's own, the platform's. */
function pagesOf({ pages }: ConsoleProject): readonly ConsolePage[] {
  const own = new Map(pages.map((page) => [page.path, page]));
  const [overview, ...others] = platformPages.map((page) => {
    const instead = own.get(page.path);
    own.delete(page.path);
    return instead ?? page;
  });
  return [...(overview ? [overview] : []), ...own.values(), ...others];
}

function shown(pages: readonly ConsolePage[], path: string) {
  for (const page of pages) {
    const values = matchPath(page.path, path);
    if (values) return page.show(values);
  }
  return <NotFoundPage home="/console" />;
}
