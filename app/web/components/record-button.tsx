import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

/**
 * For those who begin a recording themselves. It keeps the focus while it records, so that a screen reader stays silent.
 */
export function RecordButton({ step }: { step: { readonly kind: string; readonly go?: () => void } }) {
  const { t } = useTranslation('page');
  const button = useRef<HTMLButtonElement>(null);
  const begun = useRef(false);
  const isReady = step.kind === 'ready';
  if (isReady) begun.current = true;
  else if (step.kind !== 'speaking') begun.current = false;
  useEffect(() => {
    if (isReady) button.current?.focus({ preventScroll: true });
  }, [isReady]);
  if (!begun.current) return null;
  return (
    <button
      ref={button}
      type="button"
      className="button"
      aria-disabled={isReady ? undefined : true}
      onClick={() => step.go?.()}
    >
      {t('record_now')}
    </button>
  );
}
