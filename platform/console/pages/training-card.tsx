import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { type Place, pauseTraining, retrain, trainingProgress } from '../api/calls.ts';
import type { TrainingProgress } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link, navigate } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { useWords } from '../text/words.ts';

const CALM_MS = 5000;

/** Where continuous training of a model stands in an environment, and what an operator can do about it. */
export function TrainingCard({ place }: { place: Place }) {
  const { t } = useTranslation('console');
  const title = useId();
  const queries = useQueryClient();
  const progress = useQuery({
    queryKey: ['training', place],
    queryFn: () => trainingProgress(place),
    refetchInterval: CALM_MS,
  });
  const pause = useMutation({
    mutationFn: pauseTraining,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['training'] }),
  });
  const start = useMutation({
    mutationFn: retrain,
    async onSuccess({ id }) {
      await queries.invalidateQueries({ queryKey: ['runs'] });
      navigate(runAddress(id));
    },
  });
  const error = start.error ?? pause.error ?? progress.error;
  const paused = progress.data?.paused ?? false;
  return (
    <section className="card stack" aria-labelledby={title}>
      <div className="stack tight">
        <h2 id={title}>{t('training.title', { model: place.model })}</h2>
        {progress.data && <When progress={progress.data} />}
      </div>
      {error && <ProblemNotice error={error} />}
      {progress.data && <Counts {...progress.data} />}
      <div className="actions">
        <button
          type="button"
          className="button"
          disabled={start.isPending}
          aria-label={t('training.start_of', { ...place })}
          onClick={() => start.mutate(place)}
        >
          {t('training.start')}
        </button>
        {progress.data && progress.data.triggers.length > 0 && (
          <button
            type="button"
            className="button plain"
            disabled={pause.isPending}
            onClick={() => pause.mutate({ ...place, paused: !paused })}
          >
            {t(paused ? 'training.go_on' : 'training.pause')}
          </button>
        )}
      </div>
      {progress.data && <Happening {...progress.data} />}
    </section>
  );
}

function When({ progress: { paused, triggers } }: { progress: TrainingProgress }) {
  const { t } = useTranslation('console');
  return (
    <p className="muted">
      {triggers.length === 0
        ? t('training.by_hand')
        : paused
          ? t('training.paused')
          : t('training.text', { triggers: triggers.join(', ') })}
    </p>
  );
}

function Counts({ counts, thresholds }: Pick<TrainingProgress, 'counts' | 'thresholds'>) {
  const { t } = useTranslation('console');
  const words = useWords('console');
  const format = useFormat();
  return Object.entries(thresholds).map(([name, all]) => {
    const now = counts[name] ?? 0;
    const label = words(`training.count_${name}`) ?? name;
    const text = t('training.of', { now: format.number(now), all: format.number(all) });
    return (
      <div key={name} className="progress">
        <span>{label}</span>
        <span className="numbers muted">{text}</span>
        <progress value={Math.min(now, all)} max={all} aria-label={`${label}: ${text}`} />
      </div>
    );
  });
}

function Happening({ training, lastFailure }: Pick<TrainingProgress, 'training' | 'lastFailure'>) {
  const { t } = useTranslation('console');
  return (
    <>
      {training && (
        <p className="notice">
          <Link href={runAddress(training.run)}>{t('training.underway')}</Link>
          {training.trouble && <span className="reason">{training.trouble}</span>}
        </p>
      )}
      {lastFailure && (
        <div className="notice warn">
          <strong>{t('training.failed')}</strong>
          <p>{lastFailure.reason}</p>
          {lastFailure.run !== null && (
            <p>
              <Link href={runAddress(lastFailure.run)}>{t('run.title', { id: lastFailure.run })}</Link>
            </p>
          )}
        </div>
      )}
    </>
  );
}
