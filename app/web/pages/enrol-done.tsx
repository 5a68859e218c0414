import { Heading } from '@visavox/console/components/heading';
import { Link } from '@visavox/console/router';
import { useTranslation } from 'react-i18next';
import type { Person } from '../api/types.ts';
import { OfferOtherWays } from '../ways-in/offer.tsx';

export function EnrolDone({ person, member }: { person: Person; member: boolean }) {
  const { t } = useTranslation('page');
  return (
    <>
      <div className="stack tight">
        <Heading title={t('enrol.done_title', { name: person.name })} />
        <p className="lead">{t('enrol.done_text')}</p>
      </div>
      {!member && <OfferOtherWays name={person.name} />}
      <div className="actions">
        <Link className="button" href={`/?name=${encodeURIComponent(person.name)}`}>
          {t('enrol.try')}
        </Link>
      </div>
    </>
  );
}
