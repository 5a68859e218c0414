import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { session } from '../api/calls.ts';

/** A service that measures recordings lets nobody in, and must not be taken for one that does. */
export function LivenessNotice() {
  const { t } = useTranslation('operator');
  const { data } = useQuery({ queryKey: ['session'], queryFn: session });
  if (data?.liveness !== 'off') return null;
  return (
    <div className="notice bad" role="alert">
      <strong>{t('measuring_title')}</strong>
      <p>{t('measuring_text')}</p>
    </div>
  );
}
