import type { Direction } from '../capture/guidance.ts';
import type { Turn } from '../capture/steps/step.ts';

/** Of the stage's drawing, 300 x 400. The person's left is on the left: the preview is a mirror. */
export const OVAL = { cx: 150, cy: 176, rx: 92, ry: 120 };

const CHEVRON = 'm-9 -16 14 16 -14 16';
const PLACES = {
  right: `translate(${OVAL.cx + OVAL.rx + 26} ${OVAL.cy})`,
  left: `translate(${OVAL.cx - OVAL.rx - 26} ${OVAL.cy}) rotate(180)`,
  up: `translate(${OVAL.cx} ${OVAL.cy - OVAL.ry - 22}) rotate(-90)`,
  down: `translate(${OVAL.cx} ${OVAL.cy + OVAL.ry + 26}) rotate(90)`,
} as const;

/** Two chevrons beside the oval, or four around it that point outwards (nearer) or inwards (further). */
export function OvalArrows({ direction }: { direction: Direction }) {
  if (direction === 'nearer' || direction === 'further')
    return (
      <g className="arrows" data-direction={direction}>
        {[45, 135, 225, 315].map((angle) => {
          const radians = (angle * Math.PI) / 180;
          const x = OVAL.cx + (OVAL.rx + 14) * Math.cos(radians) * 1.06;
          const y = OVAL.cy + (OVAL.ry + 8) * Math.sin(radians) * 0.96;
          const way = direction === 'nearer' ? angle : angle + 180;
          return (
            <path key={angle} d={CHEVRON} transform={`translate(${x} ${y}) rotate(${way}) scale(0.8)`} />
          );
        })}
      </g>
    );
  return (
    <g className="arrows" data-direction={direction} transform={PLACES[direction]}>
      <path d={CHEVRON} />
      <path d={CHEVRON} transform="translate(14 0)" />
    </g>
  );
}

/** The half of the oval to which the head turns fills up while it does. */
export function TurnArc({ turn, progress }: { turn: Turn; progress: number }) {
  const sweep = turn === 'right' ? 1 : 0;
  const { cx, cy, rx, ry } = OVAL;
  return (
    <path
      className="progress"
      d={`M${cx} ${cy - ry}A${rx} ${ry} 0 0 ${sweep} ${cx} ${cy + ry}`}
      pathLength={1}
      strokeDasharray={1}
      strokeDashoffset={1 - progress}
    />
  );
}
