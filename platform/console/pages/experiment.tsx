import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { experiment as fetchExperiment } from '../api/calls.ts';
import type { ExperimentDetails } from '../api/types.ts';
import { DoneNotice } from '../components/done-notice.tsx';
import { Heading } from '../components/heading.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { shortId } from '../components/short-id.ts';
import { ExperimentBadge } from '../components/state-badge.tsx';
import { useMayOperate } from '../shell/user.ts';
import { useFormat } from '../text/format.ts';
import { ArmsCard } from './experiment-arms.tsx';
import { EvidencePlot, EvidenceTable } from './experiment-evidence.tsx';
import { PlanCard } from './experiment-plan.tsx';
import { SharingCard } from './experiment-sharing.tsx';
import { StopExperiment } from './stop-experiment.tsx';

const LIVE_MS = 2000;

/** A test of a challenger: what it decided or says so far, and how that came about. */
export function ExperimentPage({ id }: { id: string }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const mayOperate = useMayOperate();
  const [said, setSaid] = useState('');
  const details = useQuery({
    queryKey: ['experiment', id],
    queryFn: () => fetchExperiment(id),
    refetchInterval: ({ state }) => (state.data?.state === 'ended' ? false : LIVE_MS),
  });
  const experiment = details.data;
  if (!experiment)
    return (
      <>
        <Heading title={t('experiment.title', { id: shortId(id) })} />
        {details.isError && <ProblemNotice error={details.error} />}
      </>
    );
  const { model, environment, state } = experiment;
  return (
    <>
      <PageHead
        title={t('experiment.title', { id: shortId(id) })}
        text={t('experiment.text', { model, environment, when: format.moment(experiment.createdAt) })}
      >
        <ExperimentBadge state={state} />
        {state === 'running' && mayOperate && (
          <StopExperiment id={id} onDone={() => setSaid(t('experiment.stopped'))} />
        )}
      </PageHead>
      {details.isError && <ProblemNotice error={details.error} />}
      <DoneNotice text={said} />
      <Decision experiment={experiment} mayOperate={mayOperate} />
      <EvidencePlot experiment={experiment} />
      <EvidenceTable experiment={experiment} />
      <div className="halves">
        <ArmsCard experiment={experiment} />
        <PlanCard plan={experiment.plan} />
      </div>
      {experiment.kind === 'ab' && <SharingCard experiment={experiment} />}
    </>
  );
}

const looks = {
  promote: 'notice good',
  reject: 'notice bad',
  'no-difference': 'notice',
  undecided: 'notice',
  broken: 'notice bad',
  stopped: 'notice warn',
} as const;

function Decision({
  experiment: { decision },
  mayOperate,
}: {
  experiment: ExperimentDetails;
  mayOperate: boolean;
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  if (!decision)
    return (
      <p className="notice">
        {t('experiment.undecided')} {!mayOperate && t('experiment.operators')}
      </p>
    );
  return (
    <section className={looks[decision.outcome]} aria-label={t('experiments.decision')}>
      <strong>{t(`experiments.outcome_${decision.outcome}`)}</strong>
      <p>{decision.reason}</p>
      <p className="reference">{format.moment(decision.at)}</p>
    </section>
  );
}
