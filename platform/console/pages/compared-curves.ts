import type { RunCurves } from '../api/types.ts';
import { chartsOf, type RunChart } from './run-charts.ts';

/** The curves of two runs in the same charts: colours tell the runs, dashes what is dashed in each of them. */
export function comparedCharts(
  runs: readonly { readonly label: string; readonly curves: Pick<RunCurves, 'tasks'> }[],
): readonly RunChart[] {
  const charts = new Map<string, RunChart>();
  for (const [index, { label, curves }] of runs.entries())
    for (const chart of chartsOf(curves).charts) {
      const key = JSON.stringify([chart.name, chart.axis]);
      const lines = chart.lines.map((line) => ({
        ...line,
        ...{ key: `${index} ${line.key}`, label: `${label} ${line.label}`, colour: index },
      }));
      const known = charts.get(key);
      charts.set(key, { ...chart, lines: [...(known?.lines ?? []), ...lines] });
    }
  return [...charts.values()];
}
