import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Direction } from '../capture/guidance.ts';
import { meterPosition } from '../capture/levels.ts';
import type { Microphone } from '../capture/microphone.ts';
import type { Turn } from '../capture/steps/step.ts';
import { CheckIcon, CrossIcon } from './icons.tsx';
import { OVAL, OvalArrows, TurnArc } from './oval-arrows.tsx';

export type Tone = 'idle' | 'attention' | 'good' | 'speaking' | 'busy' | 'done' | 'refused';

/** From the top clockwise, so that progress runs as on a clock. */
const OVAL_PATH = `M150 ${OVAL.cy - OVAL.ry}a${OVAL.rx} ${OVAL.ry} 0 1 1 -0.01 0z`;

/** The camera's picture with the oval; without a stream, a drawing of what is going to happen. */
export function Stage(props: {
  video: RefObject<HTMLVideoElement | null>;
  stream: MediaStream | null;
  tone: Tone;
  /** How far the recording has come, 0..1. */
  progress?: number | undefined;
  /** Where to move. */
  direction?: Direction | null;
  /** A turn of the head that is asked for, and how much of it is done, 0..1. */
  turn?: { readonly to: Turn; readonly progress: number } | null;
  children?: ReactNode;
}) {
  const { t } = useTranslation('page');
  const { video, stream, tone, progress, direction, turn } = props;
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [video, stream]);
  return (
    <div className="stage" data-tone={tone}>
      {stream ? (
        <video ref={video} autoPlay playsInline muted aria-label={t('camera_preview')} />
      ) : (
        <Drawing />
      )}
      <svg className="oval" viewBox="0 0 300 400" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <mask id="outside-the-oval">
          <rect width="300" height="400" fill="#fff" />
          <ellipse {...OVAL} fill="#000" />
        </mask>
        {stream && <rect className="veil" width="300" height="400" mask="url(#outside-the-oval)" />}
        <ellipse className="ring" {...OVAL} />
        {progress !== undefined && (
          <path
            className="progress"
            d={OVAL_PATH}
            pathLength={1}
            strokeDasharray={1}
            strokeDashoffset={1 - progress}
          />
        )}
        {turn && <TurnArc turn={turn.to} progress={turn.progress} />}
        {stream && direction && <OvalArrows direction={direction} />}
      </svg>
      {tone === 'done' || tone === 'refused' ? (
        <div className="verdict">{tone === 'done' ? <CheckIcon /> : <CrossIcon />}</div>
      ) : null}
      {props.children && <div className="caption">{props.children}</div>}
    </div>
  );
}

/** A voice inside a face: the product's mark, large. */
function Drawing() {
  const heights = [26, 58, 100, 70, 128, 88, 112, 46, 74, 30];
  return (
    <svg className="oval" viewBox="0 0 300 400" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <g className="wave">
        {heights.map((height, index) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: the bars never move
            key={index}
            x={OVAL.cx - 61.5 + index * 13}
            y={OVAL.cy - height / 2}
            width="6"
            height={height}
            rx="3"
          />
        ))}
      </g>
    </svg>
  );
}

export function Meter({ microphone }: { microphone: Microphone }) {
  const { t } = useTranslation('page');
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      microphone.onLevel((level) => {
        if (!bar.current) return;
        bar.current.style.transform = `scaleX(${meterPosition(level.decibels).toFixed(3)})`;
        bar.current.parentElement?.setAttribute('data-loud', String(level.clipped > 0.01));
      }),
    [microphone],
  );
  return (
    <div className="meter" role="img" aria-label={t('microphone')}>
      <span ref={bar} />
    </div>
  );
}
