import { useTranslation } from 'react-i18next';
import type { RunDetails, Task } from '../api/types.ts';
import { Link } from '../router.tsx';
import { withoutShortcuts } from './graph.ts';
import { GraphView } from './graph-view.tsx';
import { StateBadge } from './state-badge.tsx';

export function logAddress(run: string, task: string): string {
  return `/console/runs/${encodeURIComponent(run)}?log=${encodeURIComponent(task)}`;
}

export function secondsOf(task: Pick<Task, 'startedAt' | 'finishedAt'>, now: number): number | null {
  if (!task.startedAt) return null;
  const end = task.finishedAt ? Date.parse(task.finishedAt) : now;
  return Math.max(0, (end - Date.parse(task.startedAt)) / 1000);
}

export function TasksGraph({ run }: { run: RunDetails }) {
  const { t } = useTranslation('operator');
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
