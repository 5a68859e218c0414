import { useFormat } from '../text/format.ts';
import { type Range, ticks } from './line-scale.ts';

export const PLOT_HEIGHT = 190;
export const PLOT_MARGIN = { top: 10, right: 12, bottom: 24, left: 52 };

/** The lines across a plot, each with its value; with `log`, the range is one of powers of ten. */
export function UpAxis(props: { up: Range; width: number; yAt: (y: number) => number; log?: boolean }) {
  const { up, width, yAt, log = false } = props;
  const format = useFormat();
  const values = log ? ticks(up, 4, 1).map((power) => 10 ** power) : ticks(up, 4);
  return values.map((y) => (
    <g key={y} className="tick">
      <line x1={PLOT_MARGIN.left} x2={width - PLOT_MARGIN.right} y1={yAt(y)} y2={yAt(y)} />
      <text x={PLOT_MARGIN.left - 8} y={yAt(y)} dy="0.32em" textAnchor="end">
        {format.brief(y)}
      </text>
    </g>
  ));
}
