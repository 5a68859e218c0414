import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { TextField } from '@visavox/console/components/text-field';
import { useFormat } from '@visavox/console/text/format';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reviewPerson } from '../api/calls.ts';
import type { Person, Review } from '../api/types.ts';

/** Newcomers who were found among those enrolled, or whose name is somebody's: nobody of them can sign in. */
export function Reviews({ people }: { people: readonly Person[] }) {
  const { t } = useTranslation('operator');
  const [told, setTold] = useState('');
  const pending = people.filter(({ state }) => state === 'pending');
  return (
    <>
      <p role="status" className={told ? 'notice good' : 'visually-hidden'}>
        {told}
      </p>
      {pending.length > 0 && (
        <section className="card stack" aria-labelledby="reviews">
          <div className="stack tight">
            <h2 id="reviews">{t('reviews.title', { count: pending.length })}</h2>
            <p className="muted">{t('reviews.text')}</p>
          </div>
          <ul className="reviews stack">
            {pending.map((person) => (
              <li key={person.id} className="stack tight">
                <Pending person={person} onDecided={setTold} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const words = {
  name: { found: 'reviews.as', gone: 'reviews.as_gone' },
  face: { found: 'reviews.face', gone: 'reviews.face_gone' },
} as const;

function Pending({ person, onDecided }: { person: Person; onDecided: (told: string) => void }) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const queries = useQueryClient();
  const [name, setName] = useState(person.name);
  const [asking, setAsking] = useState<Exclude<Review['decision'], 'approve'> | null>(null);
  const { review = [] } = person;
  const match = review.find(({ match }) => match)?.match ?? null;
  const decide = useMutation({
    mutationFn: (decision: Review) => reviewPerson(person.id, decision),
    async onSuccess(_, { decision }) {
      onDecided(t(`reviews.told_${decision}`, { name: person.name, other: match?.name ?? '' }));
      await queries.invalidateQueries({ queryKey: ['people'] });
    },
  });
  const approve = (event: FormEvent) => {
    event.preventDefault();
    const given = name.trim();
    decide.mutate({ decision: 'approve', ...(given === person.name ? {} : { name: given }) });
  };
  return (
    <article className="stack tight" aria-label={t('reviews.of', { name: person.name })}>
      <h3>{person.name}</h3>
      <p className="muted">{t('reviews.when', { when: format.moment(person.enrolledAt) })}</p>
      <ul>
        {review.map(({ reason, match }) => (
          <li key={`${reason} ${match?.id ?? ''}`}>
            {t(match ? words[reason].found : words[reason].gone, { other: match?.name ?? '' })}
          </li>
        ))}
      </ul>
      {decide.isError && asking === null && <ProblemNotice error={decide.error} />}
      <form className="form-row" onSubmit={approve} noValidate>
        <TextField
          label={t('reviews.name')}
          value={name}
          maxLength={80}
          autoComplete="off"
          onChange={({ target }) => setName(target.value)}
        />
        <button type="submit" className="button plain" disabled={decide.isPending || name.trim() === ''}>
          {t('reviews.approve')}
        </button>
        {match && (
          <button type="button" className="button plain" onClick={() => setAsking('merge')}>
            {t('reviews.merge', { other: match.name })}
          </button>
        )}
        <button type="button" className="button quiet danger" onClick={() => setAsking('reject')}>
          {t('reviews.reject')}
        </button>
      </form>
      {asking && (
        <SureDialog
          title={t(`reviews.${asking}_title`, { name: person.name, other: match?.name ?? '' })}
          text={t(`reviews.${asking}_text`, { name: person.name, other: match?.name ?? '' })}
          confirm={t(`reviews.${asking}_sure`)}
          danger={asking === 'reject'}
          busy={decide.isPending}
          error={decide.error}
          onConfirm={() =>
            decide.mutate(
              asking === 'merge' ? { decision: 'merge', into: match?.id ?? '' } : { decision: 'reject' },
            )
          }
          onClose={() => setAsking(null)}
        />
      )}
    </article>
  );
}
