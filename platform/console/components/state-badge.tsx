import { useTranslation } from 'react-i18next';
import type { ExperimentSummary, ReleaseStage, RunState, TaskState } from '../api/types.ts';

type Look = '' | 'good' | 'warn' | 'bad' | 'live';

const looks: Record<RunState | TaskState, Look> = {
  pending: '',
  running: 'live',
  canceling: 'warn',
  succeeded: 'good',
  failed: 'bad',
  canceled: 'warn',
  skipped: '',
};

export function StateBadge({ state, cached = false }: { state: RunState | TaskState; cached?: boolean }) {
  const { t } = useTranslation('console');
  return <span className={`badge ${looks[state]}`}>{t(cached ? 'state_cached' : `state_${state}`)}</span>;
}

const experiments: Record<ExperimentSummary['state'], Look> = {
  running: 'live',
  deciding: 'live',
  ended: '',
};

export function ExperimentBadge({ state }: { state: ExperimentSummary['state'] }) {
  const { t } = useTranslation('console');
  return <span className={`badge ${experiments[state]}`}>{t(`experiments.state_${state}`)}</span>;
}

const stages: Record<ReleaseStage, Look> = {
  preparing: 'live',
  shadow: 'live',
  canary: 'live',
  champion: 'good',
  retired: '',
  'held-back': 'warn',
};

export function StageBadge({ stage }: { stage: ReleaseStage }) {
  const { t } = useTranslation('console');
  return <span className={`badge ${stages[stage]}`}>{t(`stage_${stage}`)}</span>;
}
