import type { RunCurves } from '@visavox/api/curve-schemas';
import { sparkline } from '../sparkline.ts';

type Task = RunCurves['tasks'][number];
type Metric = Task['metrics'][number];
type Point = Metric['points'][number];

const sparkWidth = 10;
/** As many metrics, of those that a training is judged by, have a picture. */
const sparked = 2;

/** What one step of a task logged. */
interface Row {
  readonly step: number;
  readonly time: number;
  readonly points: ReadonlyMap<Metric, Point>;
}

/** The steps of one task as lines, each once: what is new since the curves were looked at before. */
export class StepLines {
  /** By metric: up to where it was printed. A later attempt of the task logs its steps again, at later times. */
  readonly #printed = new Map<string, Point>();

  /** @param columns of the terminal; null: plain lines, with all that there is. */
  next(task: Task, columns: number | null): string[] {
    const rows = this.#newRows(task);
    for (const { points } of rows) for (const [{ name }, point] of points) this.#printed.set(name, point);
    return rows.map((row) => lineOf(row, task, columns));
  }

  #newRows({ metrics }: Task): Row[] {
    const rows = new Map<string, { step: number; time: number; points: Map<Metric, Point> }>();
    for (const metric of metrics) {
      const printed = this.#printed.get(metric.name);
      const found = metric.points.filter((point) => printed === undefined || isLater(point, printed));
      // Without steps there is nothing to tell the values apart by: the newest stands for all.
      for (const point of hasSteps(metric) ? found : found.slice(-1)) {
        const key = hasSteps(metric) ? String(point.step) : metric.name;
        const row = rows.get(key) ?? { step: point.step, time: 0, points: new Map<Metric, Point>() };
        rows.set(key, row);
        row.time = Math.max(row.time, Date.parse(point.time));
        row.points.set(metric, point);
      }
    }
    return [...rows.values()]
      .filter((row) => isWhole(row, metrics))
      .sort((a, b) => a.step - b.step || a.time - b.time);
  }
}

function isLater(a: Point, b: Point): boolean {
  const [later, earlier] = [Date.parse(a.time), Date.parse(b.time)];
  return later > earlier || (later === earlier && a.step > b.step);
}

function hasSteps({ points }: Metric): boolean {
  return points.length <= 1 || points.some(({ step }) => step !== points[0]?.step);
}

const isThinned = ({ logged, points }: Metric) => logged > points.length;

/** Long curves come thinned, each by what stands out in it: a step is worth a line where it has all that was logged with it. */
function isWhole({ points }: Row, metrics: readonly Metric[]): boolean {
  return [...points.keys()].some(
    (metric) =>
      !isThinned(metric) ||
      metrics.filter(({ logged }) => logged === metric.logged).every((one) => points.has(one)),
  );
}

function lineOf(row: Row, task: Task, columns: number | null): string {
  const shown = task.metrics.filter((metric) => row.points.has(metric));
  const stepped = shown.some(hasSteps);
  const head = `  ${task.name.padEnd(28)} ${stepped ? `${task.stepsAre} ${row.step}` : ''}`.trimEnd();
  const took = stepped ? secondsOf(row, task) : null;
  const tail = took === null ? '' : `  ${took < 100 ? took.toFixed(1) : Math.round(took)} s`;
  const part = (metric: Metric, picture: string) =>
    `  ${metric.name} ${figure(Number(row.points.get(metric)?.value))}${picture && ` ${picture}`}`;
  if (columns === null) return head + shown.map((metric) => part(metric, '')).join('') + tail;

  const judged = [...new Set(task.metrics.map(({ chart }) => chart))].slice(0, sparked);
  const pictured = shown.map((metric) =>
    part(metric, judged.includes(metric.chart) && metric.name === metric.chart ? pictureOf(metric, row) : ''),
  );
  return (
    fitted(head, pictured, { tail, columns }) ??
    fitted(
      head,
      shown.map((m) => part(m, '')),
      { tail, columns },
    ) ??
    head + tail
  );
}

/** With as many of the parts as there is room for, and how many there was no room for; undefined where the first has none. */
function fitted(
  head: string,
  parts: readonly string[],
  { tail, columns }: { tail: string; columns: number },
): string | undefined {
  for (let count = parts.length; count > 0; count--) {
    const left = parts.length - count;
    const line = `${head}${parts.slice(0, count).join('')}${left > 0 ? `  +${left}` : ''}${tail}`;
    if (line.length <= columns) return line;
  }
  return undefined;
}

function pictureOf(metric: Metric, { step }: Row): string {
  const values = metric.points.filter((point) => point.step <= step).map(({ value }) => Number(value));
  return values.length < 2 ? '' : sparkline(values, sparkWidth);
}

/** Since the step before; null where that is not known. */
function secondsOf(row: Row, task: Task): number | null {
  const timed = task.metrics.find((metric) => row.points.has(metric));
  if (!timed || isThinned(timed)) return null;
  const before = timed.points.findLast(({ step }) => step < row.step);
  const since = before?.time ?? (task.cached ? null : task.startedAt);
  const seconds = since === null ? -1 : (row.time - Date.parse(since)) / 1000;
  return seconds < 0 ? null : seconds;
}

/** Three digits, as people say them: `0.213`, `1e-3`, `12345`. */
export function figure(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1e6)) return String(value);
  const size = Math.abs(value);
  if (size >= 0.01 && size < 1000) return value.toPrecision(3);
  if (size >= 1000 && size < 1e6) return value.toFixed(0);
  return value
    .toExponential(2)
    .replace(/\.?0+e/, 'e')
    .replace('e+', 'e');
}
