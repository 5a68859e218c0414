import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Heading } from '@visavox/console/components/heading';
import { Link, useAddress } from '@visavox/console/router';
import { useTranslation } from 'react-i18next';
import { session } from '../api/calls.ts';
import type { Session } from '../api/types.ts';
import { OtherWay } from '../components/other-way.tsx';
import { entered, faceAndVoiceOf } from '../ways-in/entered.ts';
import { PasskeyButton } from '../ways-in/passkey-button.tsx';
import { SignInPage } from './sign-in.tsx';

/** The sign-in, in the order that this service asks for. */
export function EntrancePage() {
  const address = useAddress();
  const current = useQuery({ queryKey: ['session'], queryFn: session });
  const chosen = address.searchParams.get('way') === 'face-and-voice';
  const next = current.data?.next;
  // While the service starts, nobody knows yet what it asks for.
  if (current.isPending && current.failureCount === 0) return null;
  if (current.data?.policy !== 'passkey-then-face-and-voice') return <SignInPage />;
  if (next === 'passkey') return <NextIsPasskey session={current.data} />;
  if (chosen) return <SignInPage key={address.search} />;
  if (next === 'face_and_voice') return <NextIsFaceAndVoice session={current.data} />;
  return <PasskeyFirst />;
}

function PasskeyFirst() {
  const { t } = useTranslation('waysIn');
  const { t: tp } = useTranslation('page');
  const queries = useQueryClient();
  const name = useAddress().searchParams.get('name') ?? '';
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={t('first_title')} />
        <p className="lead">{t('first_text')}</p>
      </div>
      <PasskeyButton onEntered={(session) => entered(session, queries)} />
      <p>
        <Link href={faceAndVoiceOf(name)}>{t('first_none')}</Link>
      </p>
      <p>
        {tp('sign_in.new_here')} <Link href="/enrol">{tp('sign_in.enrol')}</Link>
      </p>
      <OtherWay name={name} passkey={false} />
    </div>
  );
}

function NextIsPasskey({ session: { underway } }: { session: Session }) {
  const { t } = useTranslation('waysIn');
  const queries = useQueryClient();
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={t('then_passkey_title')} />
        <p className="lead">{t('then_passkey_text', { name: underway?.name ?? '' })}</p>
      </div>
      <PasskeyButton name={underway?.name ?? ''} onEntered={(session) => entered(session, queries)} />
      <OtherWay name={underway?.name ?? ''} passkey={false} />
    </div>
  );
}

function NextIsFaceAndVoice({ session: { underway } }: { session: Session }) {
  const { t } = useTranslation('waysIn');
  return (
    <div className="one">
      <div className="stack tight">
        <Heading title={t('then_face_title')} />
        <p className="lead">{t('then_face_text', { name: underway?.name ?? '' })}</p>
      </div>
      <div className="actions">
        <Link className="button" href={faceAndVoiceOf(underway?.name ?? '')}>
          {t('then_face_go')}
        </Link>
      </div>
    </div>
  );
}
