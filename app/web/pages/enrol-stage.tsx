import { useCodeText } from '@visavox/console/text/code-text';
import { useTranslation } from 'react-i18next';
import { type EnrolStep, UTTERANCE_SECONDS } from '../capture/enrol-script.ts';
import type { Capture } from '../capture/use-capture.ts';
import { CaptureStage } from '../components/capture-stage.tsx';
import type { Tone } from '../components/stage.tsx';
import type { EnrolState } from './enrol-state.ts';

export function EnrolStage({ state, capture }: { state: EnrolState; capture: Capture }) {
  const { t } = useTranslation('page');
  const explain = useCodeText();
  const { guidance } = capture;
  const step = state.kind === 'capturing' ? state.step : null;
  const face = step?.kind === 'face' ? step : null;
  const speech = step?.kind === 'speaking' || step?.kind === 'ready' ? step : null;
  const turn = face && (face.pose === 'left' || face.pose === 'right') ? face.pose : null;
  const hint = () => {
    switch (step?.kind) {
      case 'hearing':
        return t('sign_in.checking_title');
      case 'ready':
        return step.mend ? explain(step.mend) : t('sign_in.ready');
      case 'speaking':
        if (step.mend) return explain(step.mend);
        return t(`sign_in.speech_${step.state}`);
      case 'face':
        return guidance.hint === null ? t(`enrol.pose_${step.pose}`) : explain(guidance.hint);
      default:
        return explain(guidance.hint ?? 'good');
    }
  };
  return (
    <CaptureStage
      capture={capture}
      tone={toneOf(state, step, guidance.hint)}
      hint={hint()}
      step={step ? `${step.kind} ${step.index}` : state.kind}
      direction={face && guidance.direction}
      turn={turn && face && { to: turn, progress: face.progress }}
      speech={
        speech && {
          digits: speech.digits,
          seconds: UTTERANCE_SECONDS,
          heard: speech.kind === 'speaking' && speech.state === 'heard',
        }
      }
      silent={step?.kind === 'speaking' && step.state !== 'told'}
    />
  );
}

function toneOf(state: EnrolState, step: EnrolStep | null, hint: string | null): Tone {
  if (state.kind === 'done') return 'done';
  if (state.kind === 'saving') return 'busy';
  switch (step?.kind) {
    case undefined:
      return 'idle';
    case 'face':
      if (hint === 'looking') return 'idle';
      return hint === null ? 'good' : 'attention';
    case 'ready':
    case 'speaking':
      return step.mend ? 'attention' : 'speaking';
    case 'hearing':
      return 'busy';
  }
}
