import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../text/format.ts';
import { ChartTable } from './chart-table.tsx';
import {
  type ChartBound,
  type ChartLine,
  type LinePoint,
  nearest,
  pathOf,
  placesOf,
  rangeOf,
  roomy,
  ticks,
} from './line-scale.ts';
import { PLOT_HEIGHT, PLOT_MARGIN, UpAxis } from './up-axis.tsx';
import { useWidth } from './use-width.ts';

export const lineColours = 6;
const mostInLegend = 8;

/** Lines over one axis. Pointer and arrow keys choose a place, whose values stand in the legend; else the newest do. */
export function LineChart(props: {
  title: string;
  /** Of the values, where it is known. */
  unit: string | null;
  /** What is counted along the lines: `epoch`. */
  axis: string;
  /** Whether places are whole numbers. */
  whole: boolean;
  lines: readonly ChartLine[];
  /** Powers of ten are equally far apart, from this value on; what is below is drawn at it. */
  logFrom?: number;
  bounds?: readonly ChartBound[];
}) {
  const { axis, whole, lines, logFrom, bounds = [] } = props;
  const { t } = useTranslation('console');
  const format = useFormat();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [chosen, choose] = useState<number | null>(null);

  const places = placesOf(lines);
  const across = rangeOf(places);
  const scaled = (y: number) => (logFrom === undefined ? y : Math.log10(Math.max(y, logFrom)));
  const values = [...lines.flatMap(({ points }) => points), ...bounds].map(({ y }) => scaled(y));
  const up = roomy(rangeOf(values));
  const inner = {
    width: Math.max(0, width - PLOT_MARGIN.left - PLOT_MARGIN.right),
    height: PLOT_HEIGHT - PLOT_MARGIN.top - PLOT_MARGIN.bottom,
  };
  const xAt = (x: number) => PLOT_MARGIN.left + ((x - across.from) / (across.to - across.from)) * inner.width;
  const yAt = (y: number) => PLOT_MARGIN.top + (1 - (scaled(y) - up.from) / (up.to - up.from)) * inner.height;

  const index = chosen === null ? -1 : nearest(places, chosen);
  const place = places[index];
  const shownOf = ({ points }: ChartLine) =>
    place === undefined ? points.at(-1) : points.find(({ x }) => x === place);
  const text = (value: number | undefined) =>
    value === undefined ? '–' : Number.isFinite(value) ? format.brief(value) : String(value);
  const where = (x: number) => t('curves.at', { axis, x: format.figure(x) });
  const said = [
    ...lines.map((line) => ({ line: line.label, value: text(shownOf(line)?.y) })),
    ...bounds.map(({ label, y }) => ({ line: label, value: text(y) })),
  ]
    .map((one) => t('curves.value', one))
    .join(', ');

  const point = (event: PointerEvent<HTMLElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - PLOT_MARGIN.left;
    choose(across.from + (x / Math.max(1, inner.width)) * (across.to - across.from));
  };
  const step = (event: KeyboardEvent) => {
    const last = places.length - 1;
    const from = index < 0 ? last : index;
    const next = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      Home: 0,
      End: last,
      PageDown: from - 10,
      PageUp: from + 10,
    }[event.key];
    if (event.key === 'Escape') choose(null);
    if (next === undefined) return;
    event.preventDefault();
    choose(places[Math.max(0, Math.min(last, next))] ?? null);
  };

  return (
    <figure className="curve">
      <figcaption>
        <h3>
          {props.title}
          {props.unit && <span className="muted"> ({props.unit})</span>}
        </h3>
        <span className="muted numbers">{place === undefined ? t('curves.newest') : where(place)}</span>
      </figcaption>
      <Legend lines={lines} value={(line) => text(shownOf(line)?.y)} bounds={bounds} text={text} />
      <div
        ref={frame}
        className="plot"
        role="slider"
        tabIndex={0}
        aria-label={t('curves.label', { metric: props.title, axis })}
        aria-valuemin={places[0] ?? 0}
        aria-valuemax={places.at(-1) ?? 0}
        aria-valuenow={place ?? places.at(-1) ?? 0}
        aria-valuetext={`${where(place ?? places.at(-1) ?? 0)}: ${said}`}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => choose(null)}
        onBlur={() => choose(null)}
        onKeyDown={step}
      >
        <svg width={width} height={PLOT_HEIGHT} aria-hidden="true">
          <UpAxis up={up} width={width} yAt={yAt} log={logFrom !== undefined} />
          {ticks(across, inner.width / 70, whole ? 1 : 0).map((x) => (
            <text key={x} className="tick" x={xAt(x)} y={PLOT_HEIGHT - 6} textAnchor="middle">
              {format.brief(x)}
            </text>
          ))}
          <text className="axis" x={PLOT_MARGIN.left - 8} y={PLOT_HEIGHT - 6} textAnchor="end">
            {axis}
          </text>
          {bounds.map(({ y }) => (
            <line
              key={y}
              className="bound"
              x1={PLOT_MARGIN.left}
              x2={PLOT_MARGIN.left + inner.width}
              y1={yAt(y)}
              y2={yAt(y)}
            />
          ))}
          {place !== undefined && (
            <line
              className="cursor"
              x1={xAt(place)}
              x2={xAt(place)}
              y1={PLOT_MARGIN.top}
              y2={PLOT_MARGIN.top + inner.height}
            />
          )}
          {lines.map((line) => (
            <g
              key={line.key}
              className="line"
              data-colour={line.colour % lineColours}
              data-dashed={line.dashed}
            >
              <path d={pathOf(line.points, ({ x, y }) => [xAt(x), yAt(y)])} />
              <Unfinished points={line.points} xAt={xAt} />
              <Dot point={shownOf(line)} at={({ x, y }) => [xAt(x), yAt(y)]} />
            </g>
          ))}
        </svg>
      </div>
      <ChartTable axis={axis} lines={lines} places={places} text={text} />
    </figure>
  );
}

/** Where a line has no value that can be drawn. */
function Unfinished({
  points,
  xAt,
}: {
  points: readonly LinePoint[];
  xAt: (x: number) => number;
}): ReactNode {
  return points
    .filter(({ y }) => !Number.isFinite(y))
    .map(({ x }) => (
      <text key={x} className="diverged" x={xAt(x)} y={PLOT_MARGIN.top + 8} textAnchor="middle">
        ×
      </text>
    ));
}

function Dot(props: { point: LinePoint | undefined; at: (point: LinePoint) => readonly [number, number] }) {
  if (!props.point || !Number.isFinite(props.point.y)) return null;
  const [cx, cy] = props.at(props.point);
  return <circle cx={cx} cy={cy} r={3.5} />;
}

function Legend(props: {
  lines: readonly ChartLine[];
  value: (line: ChartLine) => string;
  bounds: readonly ChartBound[];
  text: (y: number) => string;
}) {
  const { lines, value, bounds, text } = props;
  const { t } = useTranslation('console');
  const left = lines.length - mostInLegend;
  return (
    <ul className="curve-legend">
      {lines.slice(0, mostInLegend).map((line) => (
        <li key={line.key}>
          <svg
            className="line"
            data-colour={line.colour % lineColours}
            data-dashed={line.dashed}
            width="22"
            height="8"
            aria-hidden="true"
          >
            <path d="M1 4H21" />
          </svg>
          {line.label} <strong className="numbers">{value(line)}</strong>
        </li>
      ))}
      {bounds.map(({ label, y }) => (
        <li key={y}>
          <svg width="22" height="8" aria-hidden="true">
            <line className="bound" x1="1" x2="21" y1="4" y2="4" />
          </svg>
          {label} <strong className="numbers">{text(y)}</strong>
        </li>
      ))}
      {left > 0 && <li className="muted">{t('curves.more', { count: left })}</li>}
    </ul>
  );
}
