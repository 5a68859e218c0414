import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { pauseRecurring, recurringPipelines, runRecurring } from '../api/calls.ts';
import type { RecurringPipeline } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { shortId } from '../components/short-id.ts';
import { Link, navigate } from '../router.tsx';
import { useFormat } from '../text/format.ts';

const CALM_MS = 5000;

/** Pipelines that the project declares to run by themselves; nothing where it declares none. */
export function RecurringCard() {
  const { t } = useTranslation('console');
  const title = useId();
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ['recurring'], queryFn: recurringPipelines, refetchInterval: CALM_MS });
  const pause = useMutation({
    mutationFn: pauseRecurring,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['recurring'] }),
  });
  const start = useMutation({
    mutationFn: runRecurring,
    async onSuccess({ run }) {
      await queries.invalidateQueries({ queryKey: ['runs'] });
      navigate(runAddress(run));
    },
  });
  const error = start.error ?? pause.error;
  if (!list.data || list.data.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby={title}>
      <h2 id={title}>{t('recurring.title')}</h2>
      {error && <ProblemNotice error={error} />}
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('runs.pipeline')}</th>
              <th scope="col">{t('recurring.triggers')}</th>
              <th scope="col">{t('recurring.next')}</th>
              <th scope="col">{t('recurring.newest')}</th>
              <th scope="col">{t('recurring.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {list.data.map((pipeline) => (
              <Row
                key={pipeline.name}
                pipeline={pipeline}
                busy={start.isPending || pause.isPending}
                onRun={() => start.mutate(pipeline.name)}
                onPause={() => pause.mutate({ name: pipeline.name, paused: !pipeline.paused })}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({
  pipeline: { name, triggers, paused, next, run, trouble },
  busy,
  onRun,
  onPause,
}: {
  pipeline: RecurringPipeline;
  busy: boolean;
  onRun: () => void;
  onPause: () => void;
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {triggers.join(', ') || t('recurring.by_hand')}
        {trouble && <span className="reason">{trouble}</span>}
      </td>
      <td>
        {paused ? <span className="badge warn">{t('recurring.paused')}</span> : next && format.moment(next)}
      </td>
      <td>
        {run && (
          <Link href={runAddress(run)}>
            <code>{shortId(run)}</code>
          </Link>
        )}
      </td>
      <td>
        <div className="actions">
          <button
            type="button"
            className="button plain small"
            disabled={busy}
            aria-label={t('recurring.run_of', { name })}
            onClick={onRun}
          >
            {t('recurring.run')}
          </button>
          {triggers.length > 0 && (
            <button
              type="button"
              className="button plain small"
              disabled={busy}
              aria-label={t(paused ? 'recurring.go_on_of' : 'recurring.pause_of', { name })}
              onClick={onPause}
            >
              {t(paused ? 'recurring.go_on' : 'recurring.pause')}
            </button>
          )}
        </div>
      </td>
    </tr>
  );
}
