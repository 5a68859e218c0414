import { useTranslation } from 'react-i18next';

/** Signing in without face and voice. `name`: who wants to, where that is known. */
export function OtherWay({ open = false }: { name?: string; open?: boolean }) {
  const { t } = useTranslation();
  return (
    <details className="other-way" open={open}>
      <summary>{t('other_way_title')}</summary>
      <p>{t('other_way_text')}</p>
    </details>
  );
}
