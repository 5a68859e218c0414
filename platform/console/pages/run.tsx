import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetAddress, logAddress, runAddress, traceAddress } from '../addresses.ts';
import { cancelRun, run as fetchRun, reproduceRun, resumeRun } from '../api/calls.ts';
import type { RunDetails } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { Heading } from '../components/heading.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { shortId } from '../components/short-id.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { type Steering, SteeringButtons } from '../components/steering.tsx';
import { Link, navigate, useAddress } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { CurvesCard } from './curves-card.tsx';
import { RunAnnotations } from './run-annotations.tsx';
import { RunComparison, RunFigures } from './run-results.tsx';
import { TaskLog } from './task-log.tsx';
import { secondsOf, TasksGraph } from './tasks-view.tsx';

const LIVE_MS = 1500;
const isOver = (run: RunDetails | undefined) => run?.finishedAt != null;

export function RunPage({ id }: { id: string }) {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const log = useAddress().searchParams.get('log');
  const details = useQuery({
    queryKey: ['run', id],
    queryFn: () => fetchRun(id),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : LIVE_MS),
  });
  const steer = useMutation({
    mutationFn: (how: Steering) => (how === 'cancel' ? cancelRun(id) : resumeRun(id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['run', id] }),
  });
  const again = useMutation({
    mutationFn: () => reproduceRun(id),
    onSuccess: (started) => navigate(runAddress(started.id)),
  });
  const run = details.data;
  if (!run)
    return (
      <>
        <Heading title={t('run.title', { id })} />
        {details.isError && <ProblemNotice error={details.error} />}
      </>
    );
  const underway = run.state === 'pending' || run.state === 'running';
  return (
    <>
      <PageHead
        title={run.name ?? t('run.title', { id: shortId(run.id) })}
        text={t('run.started_by', { pipeline: run.pipeline, engine: run.engine, trigger: run.trigger })}
      >
        <StateBadge state={run.state} />
        <SteeringButtons
          underway={underway}
          stopped={run.state === 'failed' || run.state === 'canceled'}
          cancel={t('run.cancel')}
          steer={steer}
        />
        {isOver(run) && (
          <button
            type="button"
            className="button plain"
            disabled={again.isPending}
            onClick={() => again.mutate()}
          >
            {t('run.reproduce')}
          </button>
        )}
        <Link className="button plain" href={traceAddress({ kind: 'run', id })}>
          {t('run.trace')}
        </Link>
      </PageHead>
      <RunAnnotations run={run} />
      {steer.isError && <ProblemNotice error={steer.error} />}
      {again.isError && <ProblemNotice error={again.error} />}
      {run.reason && <p className={run.state === 'failed' ? 'notice bad' : 'notice'}>{run.reason}</p>}
      {run.notices && run.notices.length > 0 && (
        <ul className="notice">
          {run.notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
      <section className="card stack" aria-labelledby="tasks">
        <h2 id="tasks">{t('run.graph')}</h2>
        <TasksGraph run={run} />
        <TaskTable run={run} />
      </section>
      {log && <TaskLog run={id} task={log} live={!isOver(run)} />}
      <CurvesCard run={id} live={!isOver(run)} />
      <RunComparison run={run} />
      <div className="columns">
        <RunFigures run={run} />
        <Pins pins={run.pins} />
      </div>
    </>
  );
}

function TaskTable({ run }: { run: RunDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('run.task')}</th>
            <th scope="col">{t('run.state')}</th>
            <th scope="col" className="number">
              {t('run.tries')}
            </th>
            <th scope="col" className="number">
              {t('run.took')}
            </th>
            <th scope="col" className="number">
              {t('run.cpu')}
            </th>
            <th scope="col">
              <span className="visually-hidden">{t('run.logs_show')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {run.tasks.map((task) => {
            const took = secondsOf(task, Date.now());
            return (
              <tr key={task.name}>
                <th scope="row">
                  {task.name}
                  {task.reason && <span className="reason">{task.reason}</span>}
                </th>
                <td>
                  <StateBadge state={task.state} cached={task.cached} />
                </td>
                <td className="number">{task.attempts}</td>
                <td className="number">{took === null ? '' : format.duration(took)}</td>
                <td className="number">{task.cpuSeconds === null ? '' : format.duration(task.cpuSeconds)}</td>
                <td className="end">
                  <Link
                    href={logAddress(run.id, task.name)}
                    aria-label={t('run.logs_show_of', { task: task.name })}
                  >
                    {t('run.logs_show')}
                  </Link>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Pins({ pins }: { pins: RunDetails['pins'] }) {
  const { t } = useTranslation('console');
  return (
    <section className="card stack" aria-labelledby="pins">
      <div className="stack tight">
        <h2 id="pins">{t('run.pins')}</h2>
        <p className="muted">{t('run.pins_text')}</p>
      </div>
      <dl className="pins">
        <dt>{t('run.pin_pipeline')}</dt>
        <dd>
          <Digest value={pins.pipeline} />
        </dd>
        <dt>{t('run.pin_code')}</dt>
        <dd>
          <Digest value={pins.code} />
        </dd>
        <dt>{t('run.pin_environment')}</dt>
        <dd>
          <Digest value={pins.environment} />
        </dd>
        <dt>{t('run.pin_datasets')}</dt>
        <dd>
          {pins.datasets.map((dataset) => (
            <Link key={dataset} href={datasetAddress(dataset)}>
              <Digest value={dataset} />
            </Link>
          ))}
        </dd>
        <dt>{t('run.pin_seed')}</dt>
        <dd className="numbers">{pins.seed}</dd>
        {Object.entries(pins.parameters).map(([name, value]) => (
          <div key={name} className="pair">
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <Digest value={typeof value === 'string' ? value : JSON.stringify(value)} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
