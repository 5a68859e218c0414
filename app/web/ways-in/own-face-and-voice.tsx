import { useMutation } from '@tanstack/react-query';
import { Problem } from '@visavox/console/api/problem';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { Link } from '@visavox/console/router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withdrawFaceAndVoice } from '../api/ways-in-calls.ts';
import { ProblemOrStepUp } from './step-up.tsx';

export function OwnFaceAndVoice(props: {
  person: { id: string; name: string };
  faceAndVoice: boolean;
  onChanged: () => void;
}) {
  const { t } = useTranslation('waysIn');
  const { person, faceAndVoice } = props;
  const [asked, setAsked] = useState(false);
  const withdraw = useMutation({
    mutationFn: (evenIfLast: boolean) => withdrawFaceAndVoice(person.id, evenIfLast),
    onSuccess() {
      setAsked(false);
      props.onChanged();
    },
  });
  const last = withdraw.error instanceof Problem && withdraw.error.code === 'last_way_in';
  const wrong = withdraw.error && !last ? withdraw.error : null;
  return (
    <div className="stack tight">
      <h3>{t('face')}</h3>
      <p className="muted">{t(faceAndVoice ? 'face_there' : 'face_none')}</p>
      <ProblemOrStepUp
        error={wrong}
        person={person}
        faceAndVoice={faceAndVoice}
        onAgain={() => withdraw.mutate(false)}
      />
      <div className="actions">
        {faceAndVoice ? (
          <button type="button" className="button plain small" onClick={() => setAsked(true)}>
            {t('face_withdraw')}
          </button>
        ) : (
          <Link className="button plain small" href="/enrol?me=1">
            {t('face_add')}
          </Link>
        )}
      </div>
      {asked && !wrong && (
        <SureDialog
          title={t('face_withdraw_title')}
          text={last ? t('last_text') : t('face_withdraw_text')}
          confirm={t('face_withdraw_sure')}
          danger
          busy={withdraw.isPending}
          error={null}
          onConfirm={() => withdraw.mutate(last)}
          onClose={() => {
            setAsked(false);
            withdraw.reset();
          }}
        />
      )}
    </div>
  );
}
