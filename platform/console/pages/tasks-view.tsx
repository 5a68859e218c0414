import { useTranslation } from 'react-i18next';
import { logAddress } from '../addresses.ts';
import type { RunDetails, Task } from '../api/types.ts';
import { withoutShortcuts } from '../components/graph.ts';
import { GraphView } from '../components/graph-view.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';

export function secondsOf(task: Pick<Task, 'startedAt' | 'finishedAt'>, now: number): number | null {
  if (!task.startedAt) return null;
  const end = task.finishedAt ? Date.parse(task.finishedAt) : now;
  return Math.max(0, (end - Date.parse(task.startedAt)) / 1000);
}

export function TasksGraph({ run }: { run: RunDetails }) {
  const { t } = useTranslation('console');
  const nodes = run.tasks.map((task) => ({ key: task.name, task }));
  return (
    <GraphView
      label={t('run.graph_label')}
      nodes={nodes}
      edges={withoutShortcuts(run.edges)}
      widths={[120, 176]}
      height={62}
    >
      {({ task }) => (
        <Link className="node" data-state={task.state} href={logAddress(run.id, task.name)}>
          <span className="name">{task.name}</span>
          <StateBadge state={task.state} cached={task.cached} />
        </Link>
      )}
    </GraphView>
  );
}
