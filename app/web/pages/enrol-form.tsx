import { Heading } from '@visavox/console/components/heading';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { TextField } from '@visavox/console/components/text-field';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CaptureOptions } from '../components/capture-options.tsx';
import { ConsentBox } from '../components/consent-box.tsx';
import { CheckIcon } from '../components/icons.tsx';
import { WithoutFaceAndVoice } from '../components/other-way.tsx';

const promises = ['consent_keep', 'consent_use', 'consent_away', 'consent_free'] as const;

export function EnrolForm(props: {
  name: string;
  onName: (name: string) => void;
  /** Takes part already, without face and voice until now. */
  member: boolean;
  withoutTurn: boolean;
  onWithoutTurn: (withoutTurn: boolean) => void;
  /** The invitation says the name. */
  invited: boolean;
  /** Why it could not begin. */
  error: unknown;
  /** Somebody is about to need the camera. */
  onPrepare: () => void;
  onGo: () => void;
}) {
  const { t } = useTranslation('page');
  const [consent, setConsent] = useState(false);
  const [tried, setTried] = useState(false);
  const missing = props.name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing && consent) props.onGo();
  };
  return (
    <>
      <div className="stack tight">
        <Heading title={t('enrol.title')} />
        <p className="lead">{t('enrol.lead')}</p>
      </div>
      {props.error ? <ProblemNotice error={props.error} /> : null}
      <form className="stack" onSubmit={submit} noValidate>
        <TextField
          label={t('enrol.name')}
          hint={t('enrol.name_hint')}
          wrong={tried && missing ? t('enrol.name_missing') : null}
          name="name"
          autoComplete="name"
          autoCapitalize="words"
          spellCheck={false}
          maxLength={200}
          readOnly={props.member || props.invited}
          value={props.name}
          onFocus={props.onPrepare}
          onChange={({ target }) => props.onName(target.value)}
        />
        <div className="stack tight">
          <h2>{t('enrol.consent_title')}</h2>
          <ul className="consent">
            {promises.map((promise) => (
              <li key={promise}>
                <CheckIcon />
                {t(`enrol.${promise}`)}
              </li>
            ))}
          </ul>
        </div>
        <ConsentBox
          label={t('enrol.consent')}
          missing={tried && !consent ? t('enrol.consent_missing') : null}
          checked={consent}
          onChange={setConsent}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={props.withoutTurn}
            onChange={({ target }) => props.onWithoutTurn(target.checked)}
          />
          {t('enrol.without_turn')}
        </label>
        <button type="submit" className="button">
          {t('enrol.go')}
        </button>
      </form>
      <CaptureOptions />
      {!props.member && <WithoutFaceAndVoice name={props.name} />}
    </>
  );
}
