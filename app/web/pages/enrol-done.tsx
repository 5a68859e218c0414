import { useTranslation } from 'react-i18next';
import type { Person } from '../api/types.ts';
import { Heading } from '../components/heading.tsx';
import { Link } from '../router.tsx';

export function EnrolDone({ person }: { person: Person }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="stack tight">
        <Heading title={t('enrol.done_title', { name: person.name })} />
        <p className="lead">{t('enrol.done_text')}</p>
      </div>
      <div className="actions">
        <Link className="button" href={`/?name=${encodeURIComponent(person.name)}`}>
          {t('enrol.try')}
        </Link>
      </div>
    </>
  );
}
