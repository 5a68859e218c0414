import { useTranslation } from 'react-i18next';
import { Heading } from '../components/heading.tsx';
import { Link } from '../router.tsx';

export function NotFoundPage({ home }: { home: string }) {
  const { t } = useTranslation();
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={t('not_found_title')} />
        <p className="lead">{t('not_found_text')}</p>
      </div>
      <div className="actions">
        <Link className="button" href={home}>
          {t('to_start')}
        </Link>
      </div>
    </div>
  );
}
