import { unreachable } from '@visavox/core/errors';
import { type ScaleContinuousNumeric, scaleBand, scaleLinear, scaleLog } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';

/** A picture for readers that see it, and the same as words and as a table for those that do not. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly svg: string;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** Told apart by their dashes as well as by their colours (Okabe and Ito). */
export const STYLES = [
  { colour: '#0072b2', dash: '' },
  { colour: '#d55e00', dash: '7 3' },
  { colour: '#007a5a', dash: '2 3' },
] as const;

const SIZE = { width: 640, height: 400, left: 74, right: 20, top: 42, bottom: 56 } as const;
const INK = '#1f2933';
const FAINT = '#d5dbe1';

export interface Axis {
  readonly label: string;
  readonly domain: readonly [number, number];
  readonly scale: 'linear' | 'log';
  format(value: number): string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly shape: 'line' | 'steps' | 'dots';
}

interface Frame {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
}

export function linePlot(frame: Frame, series: readonly Series[], diagonal = false): string {
  const x = scaleOf(frame.x, [SIZE.left, SIZE.width - SIZE.right]);
  const y = scaleOf(frame.y, [SIZE.height - SIZE.bottom, SIZE.top]);
  const inside = (value: number, { domain }: Axis) => Math.max(domain[0], Math.min(domain[1], value));
  const shapes = series.map(({ points, shape }, index) => {
    const { colour, dash } = styleOf(index);
    const placed = points.map(([a, b]): [number, number] => [x(inside(a, frame.x)), y(inside(b, frame.y))]);
    const stroke = `stroke="${colour}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ''}`;
    switch (shape) {
      case 'line':
        return `<path d="${line().digits(1)(placed) ?? ''}" fill="none" ${stroke}/>`;
      case 'steps': {
        const under = area().digits(1).curve(curveStepAfter).y0(y(frame.y.domain[0]))(placed) ?? '';
        return `<path d="${under}" fill="${colour}" fill-opacity="0.18" ${stroke}/>`;
      }
      case 'dots':
        return placed
          .map(([a, b]) => `<circle cx="${round(a)}" cy="${round(b)}" r="3.5" fill="${colour}"/>`)
          .join('');
      default:
        return unreachable(shape);
    }
  });
  const corner = [
    Math.max(frame.x.domain[0], frame.y.domain[0]),
    Math.min(frame.x.domain[1], frame.y.domain[1]),
  ] as const;
  const guide = diagonal
    ? `<line x1="${round(x(corner[0]))}" y1="${round(y(corner[0]))}" x2="${round(x(corner[1]))}" y2="${round(y(corner[1]))}" stroke="${INK}" stroke-dasharray="4 4"/>`
    : '';
  return svg(frame, SIZE.height, [
    axes(frame, x, y),
    guide,
    ...shapes,
    legend(series.map(({ name }) => name)),
  ]);
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly interval: readonly [number, number];
}

/** A row a bar: the value as a dot, its interval as a line. */
export function intervalPlot(frame: Omit<Frame, 'y'>, bars: readonly Bar[]): string {
  const height = SIZE.top + SIZE.bottom + bars.length * 24;
  const left = 230;
  const x = scaleOf(frame.x, [left, SIZE.width - SIZE.right]);
  const y = scaleBand<number>(
    bars.map((_, index) => index),
    [SIZE.top, height - SIZE.bottom],
  );
  const bottom = height - SIZE.bottom;
  const ticks = x
    .ticks(5)
    .map(
      (tick) =>
        `<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${SIZE.top}" y2="${bottom}" stroke="${FAINT}"/>` +
        text(frame.x.format(tick), x(tick), bottom + 18, 'middle'),
    );
  const rows = bars.map(({ name, value, interval }, index) => {
    const middle = (y(index) ?? 0) + y.bandwidth() / 2;
    const at = (share: number) => round(x(Math.max(frame.x.domain[0], Math.min(frame.x.domain[1], share))));
    return (
      text(name, left - 10, middle + 4, 'end') +
      `<line x1="${at(interval[0])}" x2="${at(interval[1])}" y1="${round(middle)}" y2="${round(middle)}" stroke="${STYLES[0].colour}" stroke-width="3" stroke-opacity="0.45"/>` +
      `<circle cx="${at(value)}" cy="${round(middle)}" r="4" fill="${STYLES[0].colour}"/>`
    );
  });
  const label = text(frame.x.label, (left + SIZE.width - SIZE.right) / 2, height - 14, 'middle');
  return svg(frame, height, [...ticks, label, ...rows]);
}

function styleOf(index: number): { readonly colour: string; readonly dash: string } {
  return STYLES[index % STYLES.length] ?? STYLES[0];
}

function scaleOf(axis: Axis, range: [number, number]): ScaleContinuousNumeric<number, number> {
  return axis.scale === 'log' ? scaleLog([...axis.domain], range) : scaleLinear([...axis.domain], range);
}

function axes(
  frame: Frame,
  x: ScaleContinuousNumeric<number, number>,
  y: ScaleContinuousNumeric<number, number>,
): string {
  const [right, bottom] = [SIZE.width - SIZE.right, SIZE.height - SIZE.bottom];
  const across = ticksOf(frame.x, x).map(
    (tick) =>
      `<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${SIZE.top}" y2="${bottom}" stroke="${FAINT}"/>` +
      text(frame.x.format(tick), x(tick), bottom + 18, 'middle'),
  );
  const up = ticksOf(frame.y, y).map(
    (tick) =>
      `<line x1="${SIZE.left}" x2="${right}" y1="${round(y(tick))}" y2="${round(y(tick))}" stroke="${FAINT}"/>` +
      text(frame.y.format(tick), SIZE.left - 8, y(tick) + 4, 'end'),
  );
  const middle = (SIZE.top + bottom) / 2;
  const labels =
    text(frame.x.label, (SIZE.left + right) / 2, SIZE.height - 14, 'middle') +
    `<text x="18" y="${round(middle)}" text-anchor="middle" transform="rotate(-90 18 ${round(middle)})">${escapeXml(frame.y.label)}</text>`;
  return [...across, ...up, labels].join('');
}

function ticksOf({ scale, domain }: Axis, of: ScaleContinuousNumeric<number, number>): number[] {
  if (scale === 'linear') return of.ticks(6);
  const [low, high] = domain.map((value) => Math.log10(value)) as [number, number];
  return Array.from(
    { length: Math.floor(high) - Math.ceil(low) + 1 },
    (_, index) => 10 ** (Math.ceil(low) + index),
  );
}

function legend(names: readonly string[]): string {
  if (names.length < 2) return '';
  let at: number = SIZE.left;
  return names
    .map((name, index) => {
      const { colour, dash } = styleOf(index);
      const entry =
        `<line x1="${at}" x2="${at + 26}" y1="32" y2="32" stroke="${colour}" stroke-width="3"${dash ? ` stroke-dasharray="${dash}"` : ''}/>` +
        text(name, at + 32, 36, 'start');
      at += 52 + name.length * 7.2;
      return entry;
    })
    .join('');
}

function svg(
  { title, description }: Pick<Frame, 'title' | 'description'>,
  height: number,
  parts: readonly string[],
): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${SIZE.width} ${height}" width="${SIZE.width}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12.5" fill="${INK}">` +
    `<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>` +
    `<text x="${SIZE.left}" y="18" font-size="14" font-weight="600">${escapeXml(title)}</text>` +
    `${parts.join('')}</svg>`
  );
}

function text(content: string, x: number, y: number, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

const round = (value: number) => Math.round(value * 10) / 10;

export function escapeXml(content: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return content.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
