import { useTranslation } from 'react-i18next';

/** The digits in large type; screen readers say them one by one. */
export function Digits({ digits }: { digits: string }) {
  const { t } = useTranslation('page');
  const spoken = t('say_digits', { digits: [...digits].join(' ') });
  return (
    <div role="status">
      <span className="visually-hidden">{spoken}</span>
      <span className="digits" aria-hidden="true">
        {digits}
      </span>
    </div>
  );
}
