import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Heading } from '@visavox/console/components/heading';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { Link, navigate, useAddress } from '@visavox/console/router';
import { useFormat } from '@visavox/console/text/format';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { forgetPerson, giveFeedback, person, session, signOut } from '../api/calls.ts';
import { nextStep } from '../ways-in/entered.ts';
import { OwnWaysIn, SignOutEverywhere } from '../ways-in/own-ways.tsx';
import { ProblemOrStepUp } from '../ways-in/step-up.tsx';

export function AccountPage() {
  const { t } = useTranslation('page');
  const { t: tc } = useTranslation();
  const address = useAddress();
  const attempt = address.searchParams.get('attempt');
  const current = useQuery({ queryKey: ['session'], queryFn: session });
  if (address.searchParams.has('deleted')) return <Farewell title="deleted_title" text="deleted_text" />;
  if (address.searchParams.has('alarm')) return <Farewell title="nobody_title" text="feedback_alarm" />;
  if (current.isPending) return <p className="one muted">{tc('loading')}</p>;
  if (current.isError)
    return (
      <div className="one">
        <Heading title={t('account.title')} />
        <ProblemNotice error={current.error} />
      </div>
    );
  const who = current.data.person;
  if (current.data.next) return <OneMoreStep href={nextStep(current.data)} />;
  if (!who) return <Farewell title="nobody_title" text="nobody_text" />;
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={attempt ? t('account.welcome', { name: who.name }) : t('account.title')} />
        {!attempt && <p className="lead">{t('account.signed_in_as', { name: who.name })}</p>}
      </div>
      {attempt && <Feedback attempt={attempt} />}
      <OwnWaysIn person={who} />
      <Stored id={who.id} />
      <Forget person={who} />
      <SignOut />
    </div>
  );
}

/** The policy of this service asks for another one. */
function OneMoreStep({ href }: { href: string }) {
  const { t } = useTranslation('waysIn');
  const { t: tp } = useTranslation('page');
  return (
    <div className="one">
      <Heading title={t('then_face_title')} />
      <div className="actions">
        <Link className="button" href={href}>
          {tp('sign_in.title')}
        </Link>
      </div>
    </div>
  );
}

function Farewell({
  title,
  text,
}: {
  title: 'deleted_title' | 'nobody_title';
  text: 'deleted_text' | 'nobody_text' | 'feedback_alarm';
}) {
  const { t } = useTranslation('page');
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={t(`account.${title}`)} />
        <p className="lead">{t(`account.${text}`)}</p>
      </div>
      <div className="actions">
        <Link className="button" href="/">
          {t('sign_in.title')}
        </Link>
      </div>
    </div>
  );
}

function Feedback({ attempt }: { attempt: string }) {
  const { t } = useTranslation('page');
  const queries = useQueryClient();
  const feedback = useMutation({
    mutationFn: (outcome: 'genuine' | 'impostor') => giveFeedback(attempt, outcome),
    async onSuccess(_, outcome) {
      if (outcome === 'impostor') {
        await signOut();
        navigate('/account?alarm=1', 'replace');
      }
      await queries.invalidateQueries();
    },
  });
  if (feedback.isSuccess)
    return (
      <div className="notice good" role="status">
        <p>{t(feedback.data.samples > 0 ? 'account.feedback_learned' : 'account.feedback_thanks')}</p>
      </div>
    );
  return (
    <section className="card stack" aria-labelledby="feedback">
      <div className="stack tight">
        <h2 id="feedback">{t('account.feedback_title')}</h2>
        <p className="muted">{t('account.feedback_text')}</p>
      </div>
      {feedback.isError && <ProblemNotice error={feedback.error} />}
      <div className="actions">
        <button
          type="button"
          className="button"
          disabled={feedback.isPending}
          onClick={() => feedback.mutate('genuine')}
        >
          {t('account.feedback_yes')}
        </button>
        <button
          type="button"
          className="button plain"
          disabled={feedback.isPending}
          onClick={() => feedback.mutate('impostor')}
        >
          {t('account.feedback_no')}
        </button>
      </div>
    </section>
  );
}

function Stored({ id }: { id: string }) {
  const { t } = useTranslation('page');
  const format = useFormat();
  const stored = useQuery({ queryKey: ['person', id], queryFn: () => person(id) });
  return (
    <section className="card stack" aria-labelledby="stored">
      <h2 id="stored">{t('account.stored_title')}</h2>
      {stored.isError && <ProblemNotice error={stored.error} />}
      {stored.data && (
        <dl className="facts">
          <div>
            <dt>{t('account.stored_pictures')}</dt>
            <dd>{format.number(stored.data.samples.face)}</dd>
          </div>
          <div>
            <dt>{t('account.stored_voices')}</dt>
            <dd>{format.number(stored.data.samples.voice)}</dd>
          </div>
          <div>
            <dt>{t('account.stored_since')}</dt>
            <dd>{format.day(stored.data.enrolledAt)}</dd>
          </div>
        </dl>
      )}
      <p className="muted">{t('account.stored_text')}</p>
    </section>
  );
}

function Forget({ person: { id, name } }: { person: { id: string; name: string } }) {
  const { t } = useTranslation('page');
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const forget = useMutation({
    mutationFn: () => forgetPerson(id),
    onError: () => setAsked(false),
    async onSuccess() {
      await signOut().catch(() => {}); // the session may have gone with the person
      navigate('/account?deleted=1', 'replace');
      await queries.invalidateQueries({ queryKey: ['session'] });
    },
  });
  return (
    <section className="card stack" aria-labelledby="forget">
      <div className="stack tight">
        <h2 id="forget">{t('account.delete_title')}</h2>
        <p className="muted">{t('account.delete_text')}</p>
      </div>
      <div className="actions">
        <button type="button" className="button plain" onClick={() => setAsked(true)}>
          {t('account.delete_go')}
        </button>
      </div>
      <ProblemOrStepUp
        error={asked ? null : forget.error}
        person={{ name }}
        faceAndVoice
        onAgain={() => setAsked(true)}
      />
      {asked && (
        <SureDialog
          title={t('account.delete_sure_title')}
          text={`${t('account.delete_text')} ${t('account.delete_sure_text')}`}
          confirm={t('account.delete_sure')}
          danger
          busy={forget.isPending}
          error={null}
          onConfirm={() => forget.mutate()}
          onClose={() => setAsked(false)}
        />
      )}
    </section>
  );
}

function SignOut() {
  const { t } = useTranslation('page');
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: signOut,
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['session'] });
      navigate('/');
    },
  });
  return (
    <div className="actions">
      <button type="button" className="button plain" onClick={() => leave.mutate()}>
        {t('account.sign_out')}
      </button>
      <SignOutEverywhere />
      {leave.isError && <ProblemNotice error={leave.error} />}
    </div>
  );
}
