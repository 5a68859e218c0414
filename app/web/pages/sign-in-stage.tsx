import { useTranslation } from 'react-i18next';
import { secondsFor } from '../capture/sign-in-script.ts';
import type { Capture } from '../capture/use-capture.ts';
import { Digits } from '../components/digits.tsx';
import { LiveHint } from '../components/live-hint.tsx';
import { useRecordingProgress } from '../components/recording-progress.ts';
import { Meter, Stage, type Tone } from '../components/stage.tsx';
import { useCodeText } from '../text/code-text.ts';
import type { SignInState } from './sign-in-state.ts';

export function SignInStage({ state, capture }: { state: SignInState; capture: Capture }) {
  const { t } = useTranslation();
  const explain = useCodeText();
  const speaking = state.kind === 'speaking' ? state : null;
  const progress = useRecordingProgress(speaking?.heard === true, secondsFor(speaking?.digits ?? ''));
  const hint = () => {
    if (state.kind === 'checking') return t('sign_in.checking_title');
    if (state.kind === 'turning') return t(`sign_in.turn_${state.turn}`);
    if (!speaking) return explain(capture.guidance ?? 'good');
    if (speaking.mend) return explain(speaking.mend);
    return t(speaking.heard ? 'sign_in.listening' : 'sign_in.waiting_speech');
  };
  return (
    <Stage
      video={capture.video}
      stream={capture.devices?.stream ?? null}
      tone={toneOf(state, capture.guidance)}
      progress={progress}
    >
      {capture.devices && (
        <>
          {state.kind === 'turning' && (
            <span className="digits" aria-hidden="true">
              {state.turn === 'left' ? '←' : '→'}
            </span>
          )}
          {speaking && <Digits digits={speaking.digits} />}
          <LiveHint text={hint()} />
          <Meter microphone={capture.devices.microphone} />
        </>
      )}
    </Stage>
  );
}

function toneOf(state: SignInState, guidance: Capture['guidance']): Tone {
  switch (state.kind) {
    case 'form':
    case 'asking':
      return 'idle';
    case 'looking':
      if (guidance === 'looking') return 'idle';
      return guidance === null ? 'good' : 'attention';
    case 'turning':
      return 'attention';
    case 'speaking':
      return state.mend ? 'attention' : 'speaking';
    case 'checking':
      return 'busy';
    case 'failed':
      return 'idle';
    case 'answered':
      return state.answer.decision === 'accept' ? 'done' : 'refused';
  }
}
