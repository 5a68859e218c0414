const part = encodeURIComponent;

/** Where things are shown. */
export const runAddress = (run: string) => `/console/runs/${part(run)}`;
export const sweepAddress = (sweep: string) => `/console/sweeps/${part(sweep)}`;
export const experimentAddress = (experiment: string) => `/console/experiments/${part(experiment)}`;
export const logAddress = (run: string, task: string) => `${runAddress(run)}?log=${part(task)}`;
export const traceAddress = ({ kind, id }: { readonly kind: string; readonly id: string }) =>
  `/console/trace/${part(kind)}/${part(id)}`;
export const datasetAddress = (digest: string) => `/console/datasets/${part(digest)}`;
export const modelAddress = (name: string) => `/console/models/${part(name)}`;
export const versionAddress = ({ name, version }: { readonly name: string; readonly version: number }) =>
  `${modelAddress(name)}/${version}`;
export const comparisonAddress = (name: string, a: number, b: number) =>
  `${modelAddress(name)}/compare/${a}/${b}`;
