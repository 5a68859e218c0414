import { useMutation } from '@tanstack/react-query';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { useFormat } from '@visavox/console/text/format';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WaysIn } from '../api/types.ts';
import { makeRecoveryCodes } from '../api/ways-in-calls.ts';
import { ShownCodes } from './recovery-codes.tsx';
import { ProblemOrStepUp } from './step-up.tsx';

export function OwnRecoveryCodes(props: {
  codes: WaysIn['recoveryCodes'];
  person: { name: string };
  faceAndVoice: boolean;
  onChanged: () => void;
}) {
  const { t } = useTranslation('waysIn');
  const format = useFormat();
  const { codes, person, faceAndVoice } = props;
  const [asked, setAsked] = useState(false);
  const make = useMutation({
    mutationFn: makeRecoveryCodes,
    onSuccess: props.onChanged,
    onSettled: () => setAsked(false),
  });
  return (
    <div className="stack tight">
      <h3>{t('codes')}</h3>
      <p className="muted">
        {codes
          ? t('codes_left', { left: format.number(codes.left), when: format.day(codes.madeAt) })
          : t('codes_none')}
      </p>
      <ProblemOrStepUp
        error={make.error}
        person={person}
        faceAndVoice={faceAndVoice}
        onAgain={() => make.mutate()}
      />
      {make.data ? (
        <ShownCodes codes={make.data} name={person.name} onDone={() => make.reset()} />
      ) : (
        <div className="actions">
          <button
            type="button"
            className="button plain small"
            disabled={make.isPending}
            onClick={() => (codes ? setAsked(true) : make.mutate())}
          >
            {t(codes ? 'codes_again' : 'codes_make')}
          </button>
        </div>
      )}
      {asked && (
        <SureDialog
          title={t('codes_again_title')}
          text={t('codes_again_text')}
          confirm={t('codes_again')}
          busy={make.isPending}
          error={null}
          onConfirm={() => make.mutate()}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}
