import { Heading } from '@visavox/console/components/heading';
import { TextField } from '@visavox/console/components/text-field';
import { Link } from '@visavox/console/router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CaptureOptions } from '../components/capture-options.tsx';
import { OtherWay } from '../components/other-way.tsx';

export function SignInForm(props: {
  name: string;
  onName: (name: string) => void;
  withoutTurn: boolean;
  onWithoutTurn: (withoutTurn: boolean) => void;
  /** Somebody is about to need the camera. */
  onPrepare: () => void;
  onGo: () => void;
}) {
  const { t } = useTranslation('page');
  const [tried, setTried] = useState(false);
  const missing = props.name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing) props.onGo();
  };
  return (
    <>
      <div className="stack tight">
        <Heading title={t('sign_in.title')} />
        <p className="lead">{t('sign_in.lead')}</p>
      </div>
      <form className="stack" onSubmit={submit} noValidate>
        <TextField
          label={t('sign_in.name')}
          hint={t('sign_in.name_hint')}
          wrong={tried && missing ? t('sign_in.name_missing') : null}
          name="name"
          autoComplete="username"
          autoCapitalize="words"
          spellCheck={false}
          maxLength={200}
          value={props.name}
          onFocus={props.onPrepare}
          onChange={({ target }) => props.onName(target.value)}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={props.withoutTurn}
            onChange={({ target }) => props.onWithoutTurn(target.checked)}
          />
          {t('sign_in.without_turn')}
        </label>
        <button type="submit" className="button">
          {t('sign_in.go')}
        </button>
      </form>
      <p>
        {t('sign_in.new_here')} <Link href="/enrol">{t('sign_in.enrol')}</Link>
      </p>
      <CaptureOptions />
      <OtherWay name={props.name} />
      <p className="muted small-print">{t('sign_in.privacy')}</p>
    </>
  );
}
