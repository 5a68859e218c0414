import { useMutation } from '@tanstack/react-query';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { useTranslation } from 'react-i18next';
import type { Session } from '../api/types.ts';
import { addressForPasskeys, passkeyHindrance, signInWithPasskey } from './passkey.ts';

/** Signs in with a passkey; where the page can have none, it says why and what to do. */
export function PasskeyButton(props: {
  name?: string;
  plain?: boolean;
  onEntered: (session: Session) => unknown;
}) {
  const { t } = useTranslation('waysIn');
  const entry = useMutation({
    mutationFn: () => signInWithPasskey(props.name?.trim() || undefined),
    onSuccess: props.onEntered,
  });
  if (passkeyHindrance()) return <NoPasskeys />;
  return (
    <div className="stack tight">
      <div className="actions">
        <button
          type="button"
          className={props.plain ? 'button plain' : 'button'}
          disabled={entry.isPending}
          onClick={() => entry.mutate()}
        >
          {t('use_passkey')}
        </button>
      </div>
      <p role="status" className={entry.isPending ? 'muted' : 'visually-hidden'}>
        {entry.isPending ? t('passkey_asking') : ''}
      </p>
      {entry.isError && <ProblemNotice error={entry.error} />}
    </div>
  );
}

export function NoPasskeys() {
  const { t } = useTranslation('waysIn');
  const address = addressForPasskeys();
  if (passkeyHindrance() === 'browser') return <p className="muted">{t('passkeys_unsupported')}</p>;
  return (
    <p className="muted">
      {t('passkeys_elsewhere')}{' '}
      {address && <a href={address}>{t('passkeys_elsewhere_link', { address: new URL(address).host })}</a>}
    </p>
  );
}
