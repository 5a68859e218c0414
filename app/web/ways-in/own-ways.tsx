import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { navigate } from '@visavox/console/router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOutEverywhere, waysIn } from '../api/ways-in-calls.ts';
import { OwnRecoveryCodes } from './own-codes.tsx';
import { OwnFaceAndVoice } from './own-face-and-voice.tsx';
import { OwnPasskeys } from './own-passkeys.tsx';

/** What the person who is signed in can sign in with, and what they do about it. */
export function OwnWaysIn({ person }: { person: { id: string; name: string } }) {
  const { t } = useTranslation('waysIn');
  const queries = useQueryClient();
  const own = useQuery({ queryKey: ['ways in', person.id], queryFn: waysIn });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: ['ways in'] });
    void queries.invalidateQueries({ queryKey: ['person'] });
  };
  return (
    <section className="card stack" aria-labelledby="ways-in">
      <div className="stack tight">
        <h2 id="ways-in">{t('section_title')}</h2>
        <p className="muted">{t('section_text')}</p>
      </div>
      {own.isError && <ProblemNotice error={own.error} />}
      {own.data && (
        <>
          <OwnPasskeys
            passkeys={own.data.passkeys}
            person={person}
            faceAndVoice={own.data.faceAndVoice}
            onChanged={changed}
          />
          <OwnRecoveryCodes
            codes={own.data.recoveryCodes}
            person={person}
            faceAndVoice={own.data.faceAndVoice}
            onChanged={changed}
          />
          <OwnFaceAndVoice person={person} faceAndVoice={own.data.faceAndVoice} onChanged={changed} />
        </>
      )}
    </section>
  );
}

export function SignOutEverywhere() {
  const { t } = useTranslation('waysIn');
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const leave = useMutation({
    mutationFn: signOutEverywhere,
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['session'] });
      navigate('/');
    },
  });
  return (
    <>
      <button type="button" className="button plain" onClick={() => setAsked(true)}>
        {t('everywhere')}
      </button>
      {asked && (
        <SureDialog
          title={t('everywhere_title')}
          text={t('everywhere_text')}
          confirm={t('everywhere_sure')}
          busy={leave.isPending}
          error={leave.error}
          onConfirm={() => leave.mutate()}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
