import { useTranslation } from 'react-i18next';

export function OtherWay({ open = false }: { open?: boolean }) {
  const { t } = useTranslation();
  return (
    <details className="other-way" open={open}>
      <summary>{t('other_way_title')}</summary>
      <p>{t('other_way_text')}</p>
    </details>
  );
}
