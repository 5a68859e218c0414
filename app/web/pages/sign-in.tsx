import { useQueryClient } from '@tanstack/react-query';
import { Problem } from '@visavox/console/api/problem';
import { navigate, useAddress } from '@visavox/console/router';
import { useCodeText } from '@visavox/console/text/code-text';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keptGuidance } from '../capture/guidance-settings.ts';
import { signInScript } from '../capture/sign-in-script.ts';
import type { SignInStep } from '../capture/steps/step.ts';
import { useCapture } from '../capture/use-capture.ts';
import { vibrate } from '../capture/vibrate.ts';
import { useSpokenGuide } from '../components/use-spoken-guide.ts';
import { SignInForm } from './sign-in-form.tsx';
import { SignInResult } from './sign-in-result.tsx';
import { SignInStage } from './sign-in-stage.tsx';
import { isUnderway, type SignInState } from './sign-in-state.ts';
import { SignInWords } from './sign-in-words.tsx';

/** Long enough to see the tick, short enough not to wait for it. */
const WELCOME_MS = 900;

export function SignInPage() {
  const { t } = useTranslation('page');
  const explain = useCodeText();
  const queries = useQueryClient();
  const address = useAddress();
  const [name, setName] = useState(address.searchParams.get('name') ?? '');
  const [withoutTurn, setWithoutTurn] = useState(false);
  const [state, setState] = useState<SignInState>({ kind: 'form' });
  const [refusals, setRefusals] = useState(0);
  const capture = useCapture();
  const spoken = useSpokenGuide();
  const told = useRef<SignInStep['kind'] | null>(null);

  /** Shows the step, and says it where that is wished for; vibrates only where nothing is recorded. */
  const tell = async (step: SignInStep): Promise<void> => {
    if (told.current !== step.kind && (step.kind === 'turning' || step.kind === 'checking')) vibrate('asked');
    told.current = step.kind;
    setState(step);
    switch (step.kind) {
      case 'looking':
      case 'looking_back':
        return spoken.say(t(`sign_in.${step.kind}_text`));
      case 'turning':
        return step.progress === 0 ? spoken.say(t(`sign_in.turn_${step.turn}`)) : undefined;
      case 'ready':
        return spoken.say(`${step.mend ? explain(step.mend) : ''} ${sayAloud(step.digits)}`);
      case 'speaking':
        if (keptGuidance().byHand) spoken.stop();
        if (step.state !== 'told' || keptGuidance().byHand) return;
        return spoken.say(`${step.mend ? explain(step.mend) : ''} ${sayAloud(step.digits)}`);
      case 'checking':
        return;
    }
  };
  const sayAloud = (digits: string) => t('say_digits', { digits: [...digits].join(', ') });

  const { hint } = capture.guidance;
  const isLooking = state.kind === 'looking';
  // biome-ignore lint/correctness/useExhaustiveDependencies: a hint is said when it changes
  useEffect(() => {
    if (isLooking && hint && hint !== 'looking') spoken.hint(explain(hint));
  }, [isLooking, hint]);

  const run = async (wish = { withoutTurn }) => {
    setState({ kind: 'asking' });
    spoken.enabled = keptGuidance().spoken;
    try {
      const answer = await capture.start((capturing) =>
        signInScript({ name: name.trim(), ...wish }, capturing, tell),
      );
      vibrate('over');
      const accepted = answer.decision === 'accept';
      setRefusals(accepted ? 0 : refusals + 1);
      setState({ kind: 'answered', answer, refusals: refusals + 1 });
      if (!accepted) return void spoken.say(t('sign_in.reject_title'));
      await queries.invalidateQueries({ queryKey: ['session'] });
      setTimeout(() => navigate(`/account?attempt=${encodeURIComponent(answer.id)}`), WELCOME_MS);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      setState({ kind: 'failed', error });
      if (!(error instanceof Problem)) throw error;
      void spoken.say(explain(error.code));
    }
  };

  const toForm = () => {
    capture.stop();
    spoken.stop();
    setRefusals(0);
    setState({ kind: 'form' });
  };
  const runWithoutTurn = () => {
    setWithoutTurn(true);
    void run({ withoutTurn: true });
  };

  return (
    <div className={isUnderway(state) ? 'two capturing' : 'two'}>
      <div className="words">
        {state.kind === 'form' ? (
          <SignInForm
            name={name}
            onName={setName}
            withoutTurn={withoutTurn}
            onWithoutTurn={setWithoutTurn}
            onPrepare={capture.prepare}
            onGo={() => run()}
          />
        ) : isUnderway(state) ? (
          <SignInWords
            step={state}
            name={name}
            onCancel={toForm}
            onRestart={() => run()}
            onGuidance={() => {
              spoken.enabled = keptGuidance().spoken;
            }}
            onWithoutTurn={runWithoutTurn}
          />
        ) : (
          <SignInResult state={state} name={name} onAgain={() => run()} onOtherName={toForm} />
        )}
      </div>
      <div className="camera">
        <SignInStage state={state} capture={capture} />
      </div>
    </div>
  );
}
