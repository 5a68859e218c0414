import { useTranslation } from 'react-i18next';
import { Heading } from '../components/heading.tsx';
import { OtherWay } from '../components/other-way.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { isKnownCode, useCodeText } from '../text/code-text.ts';
import type { SignInState } from './sign-in-state.ts';

type Settled = Extract<SignInState, { kind: 'answered' | 'failed' }>;

export function SignInResult(props: {
  state: Settled;
  name: string;
  onAgain: () => void;
  onOtherName: () => void;
}) {
  const { t } = useTranslation();
  const { state, name } = props;
  if (state.kind === 'answered' && state.answer.decision === 'accept')
    return <Heading title={t('account.welcome', { name: state.answer.person?.name ?? name })} />;
  return (
    <>
      {state.kind === 'failed' ? (
        <>
          <Heading title={t('sign_in.failed_title')} />
          <ProblemNotice error={state.error} />
        </>
      ) : (
        <Refusal hints={state.answer.hints} />
      )}
      <div className="actions">
        <button type="button" className="button" onClick={props.onAgain}>
          {t('sign_in.again')}
        </button>
        <button type="button" className="button plain" onClick={props.onOtherName}>
          {t('sign_in.other_name')}
        </button>
        <Link className="button plain" href={`/enrol?name=${encodeURIComponent(name)}`}>
          {t('sign_in.enrol_instead')}
        </Link>
      </div>
      <OtherWay name={name} open />
    </>
  );
}

/** One and the same for everybody, but for what the recordings themselves could do better. */
function Refusal({ hints }: { hints: readonly string[] }) {
  const { t } = useTranslation();
  const explain = useCodeText();
  const known = [...new Set(hints.filter(isKnownCode).map((code) => explain(code)))];
  return (
    <>
      <div className="stack tight">
        <Heading title={t('sign_in.reject_title')} />
        <p className="lead">{known.join(' ') || t('sign_in.reject_text')}</p>
      </div>
      <div className="stack tight">
        <h2>{t('sign_in.advice_title')}</h2>
        <ul className="consent">
          {(['advice_light', 'advice_close', 'advice_voice'] as const).map((advice) => (
            <li key={advice}>
              <span aria-hidden="true">–</span>
              {t(`sign_in.${advice}`)}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
