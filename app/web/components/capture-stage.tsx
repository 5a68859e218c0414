import { useTranslation } from 'react-i18next';
import type { Direction } from '../capture/guidance.ts';
import type { Turn } from '../capture/steps/step.ts';
import type { Capture } from '../capture/use-capture.ts';
import { Digits } from './digits.tsx';
import { LiveHint } from './live-hint.tsx';
import { useRecordingProgress } from './recording-progress.ts';
import { Meter, Stage, type Tone } from './stage.tsx';

/** The stage with all that is shown on it while somebody is in front of the camera. */
export function CaptureStage(props: {
  capture: Capture;
  tone: Tone;
  hint: string;
  /** What is asked for at the moment. */
  step: string;
  direction?: Direction | null;
  turn?: { readonly to: Turn; readonly progress: number } | null;
  /** What is to be said, and for how long at most. */
  speech?: { readonly digits: string; readonly seconds: number; readonly heard: boolean } | null;
  /** Whether screen readers keep silent, because something is recorded. */
  silent?: boolean;
}) {
  const { t: tc } = useTranslation();
  const { capture, speech, turn } = props;
  const progress = useRecordingProgress(speech?.heard === true, speech?.seconds ?? 1);
  return (
    <Stage
      video={capture.video}
      stream={capture.devices?.stream ?? null}
      tone={props.tone}
      progress={progress}
      direction={props.direction ?? null}
      turn={turn ?? null}
    >
      {capture.devices && (
        <>
          {turn && (
            <span className="digits" aria-hidden="true">
              {turn.to === 'left' ? '←' : '→'}
            </span>
          )}
          {speech && <Digits digits={speech.digits} />}
          <LiveHint text={props.hint || tc('loading')} step={props.step} silent={props.silent ?? false} />
          <Meter microphone={capture.devices.microphone} />
        </>
      )}
    </Stage>
  );
}
