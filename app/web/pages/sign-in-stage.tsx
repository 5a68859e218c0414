import { useCodeText } from '@visavox/console/text/code-text';
import { useTranslation } from 'react-i18next';
import { secondsFor } from '../capture/sign-in-script.ts';
import type { Capture } from '../capture/use-capture.ts';
import { CaptureStage } from '../components/capture-stage.tsx';
import type { Tone } from '../components/stage.tsx';
import type { SignInState } from './sign-in-state.ts';

export function SignInStage({ state, capture }: { state: SignInState; capture: Capture }) {
  const { t } = useTranslation('page');
  const explain = useCodeText();
  const { guidance } = capture;
  const speech = state.kind === 'speaking' || state.kind === 'ready' ? state : null;
  const isRecording = state.kind === 'speaking' && state.state !== 'told';
  const looking = state.kind === 'looking' || state.kind === 'looking_back';
  const hint = () => {
    switch (state.kind) {
      case 'checking':
        return t('sign_in.checking_title');
      case 'turning':
        return guidance.direction && guidance.hint
          ? explain(guidance.hint)
          : t(`sign_in.turn_${state.turn}_hint`);
      case 'looking_back':
        return t('sign_in.looking_back_title');
      case 'ready':
        return state.mend ? explain(state.mend) : t('sign_in.ready');
      case 'speaking':
        if (state.mend) return explain(state.mend);
        return t(`sign_in.speech_${state.state}`);
      default:
        return explain(guidance.hint ?? 'good');
    }
  };
  return (
    <CaptureStage
      capture={capture}
      tone={toneOf(state, guidance.hint)}
      hint={hint()}
      step={state.kind}
      direction={looking ? guidance.direction : null}
      turn={state.kind === 'turning' ? { to: state.turn, progress: state.progress } : null}
      speech={
        speech && {
          digits: speech.digits,
          seconds: secondsFor(speech.digits),
          heard: speech.kind === 'speaking' && speech.state === 'heard',
        }
      }
      silent={isRecording}
    />
  );
}

function toneOf(state: SignInState, hint: string | null): Tone {
  switch (state.kind) {
    case 'form':
    case 'asking':
    case 'failed':
      return 'idle';
    case 'looking':
    case 'looking_back':
      if (hint === 'looking') return 'idle';
      return hint === null ? 'good' : 'attention';
    case 'turning':
      return 'attention';
    case 'ready':
    case 'speaking':
      return state.mend ? 'attention' : 'speaking';
    case 'checking':
      return 'busy';
    case 'answered':
      return state.answer.decision === 'accept' ? 'done' : 'refused';
  }
}
