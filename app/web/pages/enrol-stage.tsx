import { useTranslation } from 'react-i18next';
import type { EnrolStep } from '../capture/enrol-script.ts';
import { UTTERANCE_SECONDS } from '../capture/enrol-script.ts';
import type { Capture } from '../capture/use-capture.ts';
import { Digits } from '../components/digits.tsx';
import { LiveHint } from '../components/live-hint.tsx';
import { useRecordingProgress } from '../components/recording-progress.ts';
import { Meter, Stage, type Tone } from '../components/stage.tsx';
import { useCodeText } from '../text/code-text.ts';
import type { EnrolState } from './enrol-state.ts';

export function EnrolStage({ state, capture }: { state: EnrolState; capture: Capture }) {
  const { t } = useTranslation();
  const explain = useCodeText();
  const step = state.kind === 'capturing' ? state.step : null;
  const voice = step?.kind === 'voice' ? step : null;
  const progress = useRecordingProgress(voice?.heard === true, UTTERANCE_SECONDS);
  const hint = () => {
    if (step?.kind === 'checking') return t('sign_in.checking_title');
    if (voice?.mend) return explain(voice.mend);
    if (voice) return t(voice.heard ? 'sign_in.listening' : 'sign_in.waiting_speech');
    if (step?.kind === 'face' && capture.guidance === null) return t(`enrol.pose_${step.pose}`);
    return explain(capture.guidance ?? 'good');
  };
  return (
    <Stage
      video={capture.video}
      stream={capture.devices?.stream ?? null}
      tone={toneOf(state, step, capture.guidance)}
      progress={progress}
    >
      {capture.devices && (
        <>
          {voice && <Digits digits={voice.digits} />}
          <LiveHint text={hint()} />
          <Meter microphone={capture.devices.microphone} />
        </>
      )}
    </Stage>
  );
}

function toneOf(state: EnrolState, step: EnrolStep | null, guidance: Capture['guidance']): Tone {
  if (state.kind === 'done') return 'done';
  if (state.kind === 'saving') return 'busy';
  if (!step) return 'idle';
  switch (step.kind) {
    case 'face':
      if (guidance === 'looking') return 'idle';
      return guidance === null ? 'good' : 'attention';
    case 'voice':
      return step.mend ? 'attention' : 'speaking';
    case 'checking':
      return 'busy';
  }
}
