import { type ReportFigures, SET_NAMES, type SetFigures, type SetName } from './figures.ts';
import { type Axis, type Bar, intervalPlot, linePlot, type Plot, type Series } from './plot.ts';
import { numbers, type Words } from './words.ts';

/** The plots of a report, in the order in which they are read. */
export function plotsOf({ sets }: Pick<ReportFigures, 'sets'>, words: Words): Plot[] {
  const compared = SET_NAMES.filter((name) => sets[name].genuine + sets[name].impostor > 0);
  if (compared.length === 0) return [];
  return [
    detPlot(sets, words),
    ...compared.flatMap((name) => [
      histogramPlot(name, sets[name], words),
      ...calibrationPlot(name, sets[name], words),
    ]),
    ...rejectPlot(sets, words),
    ...SET_NAMES.flatMap((name) => slicesPlot(name, sets[name], words)),
  ];
}

type Sets = ReportFigures['sets'];

function detPlot(sets: Sets, words: Words): Plot {
  const { percent } = numbers(words);
  const named = SET_NAMES.filter((name) => sets[name].det.length > 0);
  const floor = (values: readonly number[]) =>
    10 ** Math.floor(Math.log10(Math.min(0.1, ...values.filter((value) => value > 0))));
  const axis = (label: string, of: 'fmr' | 'fnmr'): Axis => ({
    label,
    domain: [floor(named.flatMap((name) => sets[name].det.map((point) => point[of]))), 1],
    scale: 'log',
    format: percent,
  });
  const { title, description, x, y } = words.det;
  const series = named.map(
    (name): Series => ({
      name: words.sets[name],
      shape: 'line',
      points: sets[name].det.map(({ fmr, fnmr }) => [fmr, fnmr]),
    }),
  );
  const levels = [0.1, 0.01, 0.001, 0.0001];
  return {
    id: 'det',
    title,
    description,
    svg: linePlot({ title, description, x: axis(x, 'fmr'), y: axis(y, 'fnmr') }, series),
    table: {
      head: [x, ...named.map((name) => words.sets[name])],
      rows: levels.map((level) => [
        percent(level),
        // No claim where there were fewer than three impostors to each that may pass.
        ...named.map((name) =>
          percent(sets[name].impostor * level < 3 - 1e-9 ? null : at(sets[name], level)),
        ),
      ]),
    },
  };
}

function at({ det }: SetFigures, level: number): number | null {
  return det.filter(({ fmr }) => fmr <= level + 1e-12).at(-1)?.fnmr ?? null;
}

function histogramPlot(name: SetName, { histogram }: SetFigures, words: Words): Plot {
  const { percent, figure } = numbers(words);
  const { edges, genuine, impostor } = histogram;
  const title = `${words.histogram.title}: ${words.sets[name]}`;
  const { description } = words.histogram;
  const steps = (shares: readonly number[]): [number, number][] =>
    edges.map((edge, index) => [edge, shares[index] ?? shares.at(-1) ?? 0]);
  return {
    id: `histogram-${name}`,
    title,
    description,
    svg: linePlot(
      {
        title,
        description,
        x: {
          label: words.histogram.x,
          domain: [edges[0] ?? 0, edges.at(-1) ?? 1],
          scale: 'linear',
          format: figure,
        },
        y: {
          label: words.histogram.y,
          domain: [0, Math.max(0.01, ...genuine, ...impostor) * 1.05],
          scale: 'linear',
          format: percent,
        },
      },
      [
        { name: words.genuine, shape: 'steps', points: steps(genuine) },
        { name: words.impostor, shape: 'steps', points: steps(impostor) },
      ],
    ),
    table: {
      head: [words.from, words.to, words.genuine, words.impostor],
      rows: genuine.flatMap((share, index) =>
        share + (impostor[index] ?? 0) === 0
          ? []
          : [
              [
                figure(edges[index] ?? 0),
                figure(edges[index + 1] ?? 0),
                percent(share),
                percent(impostor[index] ?? 0),
              ],
            ],
      ),
    },
  };
}

function calibrationPlot(name: SetName, set: SetFigures, words: Words): Plot[] {
  if (set.calibration.length === 0) return [];
  const { figure, whole } = numbers(words);
  const title = `${words.calibration.title}: ${words.sets[name]}`;
  const description = words.calibration.description(figure(set.cllr), figure(set.minCllr));
  const values = set.calibration.flatMap(({ stated, measured }) => [stated, measured]);
  const domain = [Math.floor(Math.min(0, ...values)), Math.ceil(Math.max(1, ...values))] as const;
  const axis = (label: string): Axis => ({ label, domain, scale: 'linear', format: figure });
  return [
    {
      id: `calibration-${name}`,
      title,
      description,
      svg: linePlot(
        { title, description, x: axis(words.calibration.x), y: axis(words.calibration.y) },
        [
          {
            name: words.sets[name],
            shape: 'dots',
            points: set.calibration.map(({ stated, measured }) => [stated, measured]),
          },
        ],
        true,
      ),
      table: {
        head: [words.calibration.x, words.calibration.y, words.genuine, words.impostor],
        rows: set.calibration.map((point) => [
          figure(point.stated),
          figure(point.measured),
          whole(point.genuine),
          whole(point.impostor),
        ]),
      },
    },
  ];
}

function rejectPlot(sets: Sets, words: Words): Plot[] {
  const named = SET_NAMES.filter((name) => sets[name].reject.length > 0);
  if (named.length === 0) return [];
  const { percent } = numbers(words);
  const { title, description, x, y } = words.reject;
  const highest = Math.max(0.001, ...named.flatMap((name) => sets[name].reject.map(({ fnmr }) => fnmr)));
  const steps = sets[named[0] ?? 'faces'].reject.map(({ rejected }) => rejected);
  return [
    {
      id: 'reject',
      title,
      description,
      svg: linePlot(
        {
          title,
          description,
          x: { label: x, domain: [0, 0.5], scale: 'linear', format: percent },
          y: { label: y, domain: [0, highest * 1.1], scale: 'linear', format: percent },
        },
        named.map((name) => ({
          name: words.sets[name],
          shape: 'line',
          points: sets[name].reject.map(({ rejected, fnmr }) => [rejected, fnmr]),
        })),
      ),
      table: {
        head: [x, ...named.map((name) => words.sets[name])],
        rows: steps.map((rejected, index) => [
          percent(rejected),
          ...named.map((name) => percent(sets[name].reject[index]?.fnmr ?? null)),
        ]),
      },
    },
  ];
}

function slicesPlot(name: SetName, set: SetFigures, words: Words): Plot[] {
  if (set.slices.length === 0) return [];
  const { percent, range, whole } = numbers(words);
  const dimensionOf = (dimension: string) => words.dimensions[dimension] ?? dimension;
  const sliceName = (value: string) => words.values[value] ?? value;
  const rows = set.slices.flatMap(({ dimension, slices }) =>
    slices.map((slice) => ({
      label: `${dimensionOf(dimension)}: ${sliceName(slice.name)}`,
      slice,
      dimension,
    })),
  );
  const title = `${words.slices.title}: ${words.sets[name]}`;
  const gaps = set.slices.flatMap(({ dimension, gap }) =>
    gap
      ? [
          `${dimensionOf(dimension)}: ${sliceName(gap.worst)} – ${sliceName(gap.best)} ${percent(gap.difference)} (${range(gap.interval)})`,
        ]
      : [],
  );
  const description = `${words.slices.description} ${words.slices.gap}: ${gaps.join('; ') || words.slices.none}.`;
  const bars = rows.flatMap(({ label, slice }): Bar[] =>
    slice.fnmr === null || slice.fnmrInterval === null
      ? []
      : [{ name: label, value: slice.fnmr, interval: slice.fnmrInterval }],
  );
  const highest = Math.max(
    0.01,
    ...bars.map(({ value, interval }) => Math.min(interval[1], value * 3 + 0.02)),
  );
  return [
    {
      id: `slices-${name}`,
      title,
      description,
      svg: intervalPlot(
        {
          title,
          description,
          x: { label: words.slices.x, domain: [0, highest], scale: 'linear', format: percent },
        },
        bars,
      ),
      table: {
        head: [
          words.dimension,
          words.slice,
          words.people,
          words.genuine,
          words.det.y,
          words.interval,
          words.impostor,
          words.det.x,
          words.interval,
          'EER',
        ],
        rows: rows.map(({ dimension, slice }) => [
          dimensionOf(dimension),
          sliceName(slice.name),
          whole(slice.people),
          whole(slice.genuine),
          percent(slice.fnmr),
          range(slice.fnmrInterval),
          whole(slice.impostor),
          percent(slice.fmr),
          range(slice.fmrInterval),
          percent(slice.eer),
        ]),
      },
    },
  ];
}
