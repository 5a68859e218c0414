import { Heading } from '@visavox/console/components/heading';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { Link } from '@visavox/console/router';
import { useCodeText } from '@visavox/console/text/code-text';
import { useTranslation } from 'react-i18next';
import { CaptureOptions } from '../components/capture-options.tsx';
import { OtherWay } from '../components/other-way.tsx';
import { isDeviceProblem, isKnownCode } from '../text/code-text.ts';
import type { SignInState } from './sign-in-state.ts';

type Settled = Extract<SignInState, { kind: 'answered' | 'failed' }>;

export function SignInResult(props: {
  state: Settled;
  name: string;
  onAgain: () => void;
  onOtherName: () => void;
}) {
  const { t } = useTranslation('page');
  const { state, name } = props;
  if (state.kind === 'answered' && state.answer.decision === 'accept')
    return <Heading title={t('account.welcome', { name: state.answer.person?.name ?? name })} />;
  const refused = state.kind === 'answered';
  // A second try is added to the first one; after that another way is quicker than a third.
  const onceMore = refused && state.refusals < 2;
  const ways = <OtherWay name={name} open={refused} />;
  return (
    <>
      {refused ? <Refusal hints={state.answer.hints} /> : <Failure error={state.error} />}
      {refused && !onceMore && ways}
      <div className="actions">
        <button
          type="button"
          className={refused && !onceMore ? 'button plain' : 'button'}
          onClick={props.onAgain}
        >
          {t(onceMore ? 'sign_in.once_more' : 'sign_in.again')}
        </button>
        <button type="button" className="button plain" onClick={props.onOtherName}>
          {t('sign_in.other_name')}
        </button>
        {refused && (
          <Link className="button plain" href={`/enrol?name=${encodeURIComponent(name)}`}>
            {t('sign_in.enrol_instead')}
          </Link>
        )}
      </div>
      {!(refused && !onceMore) && ways}
      <CaptureOptions open={state.kind === 'failed' && isDeviceProblem(state.error)} />
    </>
  );
}

function Failure({ error }: { error: unknown }) {
  const { t } = useTranslation('page');
  return (
    <>
      <Heading title={t('sign_in.failed_title')} />
      <ProblemNotice error={error} />
    </>
  );
}

/** The same words whatever was wrong, but for what the person's own camera and microphone measured. */
function Refusal({ hints }: { hints: readonly string[] }) {
  const { t } = useTranslation('page');
  const explain = useCodeText();
  const measured = [...new Set(hints.filter(isKnownCode).map((code) => explain(code)))];
  const advice = (['advice_light', 'advice_close', 'advice_voice'] as const).map((one) =>
    t(`sign_in.${one}`),
  );
  return (
    <>
      <div className="stack tight">
        <Heading title={t('sign_in.reject_title')} />
        <p className="lead">{t('sign_in.reject_text')}</p>
      </div>
      <div className="stack tight">
        <h2>{t('sign_in.advice_title')}</h2>
        <ul className="advice">
          {(measured.length > 0 ? measured : advice).map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </div>
    </>
  );
}
