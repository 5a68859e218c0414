import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@visavox/console/router';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeDisclosure } from '../ways-in/code-disclosure.tsx';
import { entered } from '../ways-in/entered.ts';
import { PasskeyButton } from '../ways-in/passkey-button.tsx';

/**
 * Signing in without face and voice. `open`: with everything shown at once, where face and voice came to nothing. `passkey`:
 * whether it is offered here, and not above already.
 */
export function OtherWay({
  name = '',
  open = false,
  passkey = true,
}: {
  name?: string;
  open?: boolean;
  passkey?: boolean;
}) {
  const { t } = useTranslation('waysIn');
  const queries = useQueryClient();
  const title = useId();
  const enter = (session: Parameters<typeof entered>[0]) => entered(session, queries);
  return (
    <section className="other-way stack" aria-labelledby={title}>
      <h2 id={title}>{t('other_title')}</h2>
      {passkey && <PasskeyButton name={name} plain onEntered={enter} />}
      <CodeDisclosure name={name} open={open} onEntered={enter} />
      <p className="muted small-print">{t('other_text')}</p>
    </section>
  );
}

/** Taking part without face and voice, where one enrols. */
export function WithoutFaceAndVoice({ name }: { name: string }) {
  const { t } = useTranslation('waysIn');
  const title = useId();
  return (
    <section className="other-way stack tight" aria-labelledby={title}>
      <h2 id={title}>{t('without_title')}</h2>
      <p className="muted">{t('without_text')}</p>
      <p>
        <Link href={name.trim() ? `/join?name=${encodeURIComponent(name.trim())}` : '/join'}>
          {t('without_go')}
        </Link>
      </p>
    </section>
  );
}
