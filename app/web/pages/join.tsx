import { useMutation } from '@tanstack/react-query';
import { Heading } from '@visavox/console/components/heading';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { TextField } from '@visavox/console/components/text-field';
import { Link, useAddress } from '@visavox/console/router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConsentBox } from '../components/consent-box.tsx';
import { CheckIcon } from '../components/icons.tsx';
import { OfferOtherWays } from '../ways-in/offer.tsx';
import { joinWithPasskey, nameOfThisDevice, passkeyHindrance } from '../ways-in/passkey.ts';
import { NoPasskeys } from '../ways-in/passkey-button.tsx';

/** Taking part without face and voice. */
export function JoinPage() {
  const { t } = useTranslation('waysIn');
  const address = useAddress();
  const [name, setName] = useState(address.searchParams.get('name') ?? '');
  const joined = useMutation({ mutationFn: () => joinWithPasskey(name.trim(), nameOfThisDevice()) });
  if (joined.data) {
    const member = joined.data.name;
    return (
      <div className="one">
        <div className="stack tight">
          <Heading title={t('join.done_title', { name: member })} />
          <p className="lead">{t('join.done_text')}</p>
        </div>
        <OfferOtherWays name={member} passkey={false} />
        <div className="actions">
          <Link className="button" href={`/?name=${encodeURIComponent(member)}`}>
            {t('join.sign_in')}
          </Link>
        </div>
      </div>
    );
  }
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={t('join.title')} />
        <p className="lead">{t('join.lead')}</p>
      </div>
      <JoinForm
        name={name}
        onName={setName}
        busy={joined.isPending}
        error={joined.error}
        onGo={() => joined.mutate()}
      />
      <p>
        <Link href="/enrol">{t('join.instead')}</Link>
      </p>
    </div>
  );
}

function JoinForm(props: {
  name: string;
  onName: (name: string) => void;
  busy: boolean;
  error: unknown;
  onGo: () => void;
}) {
  const { t } = useTranslation('waysIn');
  const [consent, setConsent] = useState(false);
  const [tried, setTried] = useState(false);
  const missing = props.name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing && consent) props.onGo();
  };
  if (passkeyHindrance()) return <NoPasskeys />;
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextField
        label={t('join.name')}
        hint={t('join.name_hint')}
        wrong={tried && missing ? t('join.name_missing') : null}
        autoComplete="name"
        autoCapitalize="words"
        spellCheck={false}
        maxLength={200}
        value={props.name}
        onChange={({ target }) => props.onName(target.value)}
      />
      <div className="stack tight">
        <h2>{t('join.keep_title')}</h2>
        <ul className="consent">
          <li>
            <CheckIcon />
            {t('join.keep')}
          </li>
        </ul>
      </div>
      <ConsentBox
        label={t('join.consent')}
        missing={tried && !consent ? t('join.consent_missing') : null}
        checked={consent}
        onChange={setConsent}
      />
      {props.error ? <ProblemNotice error={props.error} /> : null}
      <div className="actions">
        <button type="submit" className="button" disabled={props.busy}>
          {t('join.go')}
        </button>
      </div>
    </form>
  );
}
