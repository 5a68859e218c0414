/** Which part of the data a metric was measured on, as trainers write it before or behind the metric's name. */
const part = '(?:train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?)';
const before = new RegExp(`^${part}[-_/. :]+(?=.)`, 'i');
const behind = new RegExp(`(?<=.)[-_/. :]+${part}$`, 'i');

/** What `loss`, `val_loss` and `train/loss` are all values of: `loss`. They are looked at in one chart. */
export function chartOf(metric: string): string {
  return metric.replace(before, '').replace(behind, '');
}

/** What a training is judged by comes first, how it was done last; metrics of one chart stay together. */
export function inMetricOrder<Named extends { readonly name: string }>(metrics: readonly Named[]): Named[] {
  const key = ({ name }: Named) => [
    rankOf(chartOf(name)),
    chartOf(name),
    name === chartOf(name) ? 0 : 1,
    name,
  ];
  return metrics.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    const differs = left.findIndex((value, index) => value !== right[index]);
    return differs < 0 || (left[differs] ?? '') < (right[differs] ?? '') ? -1 : 1;
  });
}

function rankOf(chart: string): number {
  if (/^loss$/i.test(chart)) return 0;
  if (/loss|cost/i.test(chart)) return 1;
  if (/^lr\b|learning.?rate|epoch|second|duration|throughput|per_sec|grad|momentum|weight_decay/i.test(chart))
    return 3;
  return 2;
}
