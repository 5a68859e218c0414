import { useRef } from 'react';
import { useFormat } from '../text/format.ts';
import { type LinePoint, rangeOf, roomy, ticks } from './line-scale.ts';
import { PLOT_HEIGHT, PLOT_MARGIN, UpAxis } from './up-axis.tsx';
import { useWidth } from './use-width.ts';

/** Points over an axis, one of which stands out. What they say is in a table beside it. */
export function ScatterPlot(props: {
  title: string;
  /** For whoever does not see it. */
  label: string;
  points: readonly LinePoint[];
  best: LinePoint | undefined;
  /** Orders of magnitude are equally far apart. */
  log: boolean;
}) {
  const format = useFormat();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const placed = (x: number) => (props.log ? Math.log10(x) : x);
  const across = roomy(rangeOf(props.points.map(({ x }) => placed(x))));
  const up = roomy(rangeOf(props.points.map(({ y }) => y)));
  const inner = {
    width: Math.max(0, width - PLOT_MARGIN.left - PLOT_MARGIN.right),
    height: PLOT_HEIGHT - PLOT_MARGIN.top - PLOT_MARGIN.bottom,
  };
  const at = (value: number) =>
    PLOT_MARGIN.left + ((value - across.from) / (across.to - across.from)) * inner.width;
  const yAt = (y: number) => PLOT_MARGIN.top + (1 - (y - up.from) / (up.to - up.from)) * inner.height;
  return (
    <figure className="curve">
      <figcaption>
        <h3>{props.title}</h3>
      </figcaption>
      <div ref={frame} className="plot">
        <svg width={width} height={PLOT_HEIGHT} role="img" aria-label={props.label}>
          <UpAxis up={up} width={width} yAt={yAt} />
          {ticks(across, inner.width / 70, props.log ? 1 : 0).map((x) => (
            <text key={x} className="tick" x={at(x)} y={PLOT_HEIGHT - 6} textAnchor="middle">
              {format.brief(props.log ? 10 ** x : x)}
            </text>
          ))}
          <g className="line" data-colour="0">
            {props.points.map(({ x, y }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: trials come in the order of their numbers
              <circle key={index} cx={at(placed(x))} cy={yAt(y)} r={3.5} />
            ))}
          </g>
          {props.best && (
            <g className="line" data-colour="1">
              <circle cx={at(placed(props.best.x))} cy={yAt(props.best.y)} r={6} />
            </g>
          )}
        </svg>
      </div>
    </figure>
  );
}
