import type { UseMutationResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

/** What can be asked of work that goes on, or that has stopped before its end. */
export type Steering = 'cancel' | 'resume';

export function SteeringButtons(props: {
  underway: boolean;
  /** It failed or was canceled. */
  stopped: boolean;
  /** What canceling it is called. */
  cancel: string;
  steer: Pick<UseMutationResult<unknown, Error, Steering>, 'isPending' | 'mutate'>;
}) {
  const { underway, stopped, cancel, steer } = props;
  const { t } = useTranslation('console');
  return (
    <>
      {underway && (
        <button
          type="button"
          className="button plain"
          disabled={steer.isPending}
          onClick={() => steer.mutate('cancel')}
        >
          {cancel}
        </button>
      )}
      {stopped && (
        <button
          type="button"
          className="button"
          disabled={steer.isPending}
          onClick={() => steer.mutate('resume')}
        >
          {t('run.resume')}
        </button>
      )}
    </>
  );
}
