import type { z } from '@hono/zod-openapi';
import type { Analysis, MetricAnalysis } from '@visavox/control/experiments/analysis';
import { boundsOf, RATIO_BOUND } from '@visavox/control/experiments/bounds';
import type { Arm, Experiment } from '@visavox/core/experiment';
import type { ReleaseStore } from '@visavox/core/ports';
import type { ExperimentDetails, ExperimentPath, ExperimentSummary } from './experiment-schemas.ts';

type Details = z.infer<typeof ExperimentDetails>;
/** Of models, by releases. */
type Versions = ReadonlyMap<string, number>;

const arms: readonly Arm[] = ['champion', 'challenger'];

/** Which versions the releases of experiments are of. */
export async function versionsOf(
  releases: Pick<ReleaseStore, 'list'>,
  experiments: readonly Experiment[],
): Promise<Versions> {
  const places = new Map(
    experiments.map(({ environment, model }) => [
      JSON.stringify([environment, model]),
      { environment, model },
    ]),
  );
  const found = await Promise.all(
    [...places.values()].map(({ environment, model }) => releases.list(environment, model)),
  );
  return new Map(found.flat().map(({ id, version }) => [id, version]));
}

export function summaryOf(
  experiment: Experiment,
  { versions, people }: { readonly versions: Versions; readonly people: number },
): z.infer<typeof ExperimentSummary> {
  const { id, model, environment, plan, state, createdAt, decision } = experiment;
  return {
    ...{ id, model, environment, kind: plan.kind, state, createdAt, decision, people },
    arms: arms.map((arm) => armOf(experiment, arm, versions)),
  };
}

export function detailsOf(
  experiment: Experiment,
  { arms, metrics, ratio, sharing }: Analysis,
  { versions, path }: { readonly versions: Versions; readonly path: boolean },
): Details {
  const { plan } = experiment;
  // In a shadow test both arms have everybody.
  const counts = arms.map(({ people }) => people);
  const people = plan.kind === 'shadow' ? Math.max(...counts) : counts.reduce((sum, count) => sum + count, 0);
  return {
    ...summaryOf(experiment, { versions, people }),
    plan,
    arms: arms.map((one) => ({ ...one, ...armOf(experiment, one.arm, versions) })),
    metrics: metrics.map((metric) => measured(metric, experiment)),
    ratio: { ...evidenceOf(ratio), bound: RATIO_BOUND },
    ...(path && { path: pathOf({ metrics, sharing }) }),
  };
}

function measured(
  { name, role, reached, difference: [low, high] }: MetricAnalysis,
  { plan }: Experiment,
): Details['metrics'][number] {
  const { better, worse, withinMargin, beyondMargin } = boundsOf({ name, role }, plan);
  return {
    ...{ name, role, ...evidenceOf(reached.better), low, high },
    ...{ harm: evidenceOf(reached.worse), notInferior: evidenceOf(reached.withinMargin) },
    inferior: evidenceOf(reached.beyondMargin),
    bounds: { e: better, harm: worse, notInferior: withinMargin, inferior: beyondMargin },
  };
}

function pathOf({ metrics, sharing }: Pick<Analysis, 'metrics' | 'sharing'>): z.infer<typeof ExperimentPath> {
  return {
    metrics: metrics.map(({ name, path }) => ({
      name,
      points: path.map(({ outcomes, people, better, worse, withinMargin, beyondMargin }) => ({
        ...{ outcomes, people, e: eValue(better), harm: eValue(worse) },
        ...{ notInferior: eValue(withinMargin), inferior: eValue(beyondMargin) },
      })),
    })),
    sharing: sharing.map(({ ratio, ...shared }) => ({ ...shared, ratio: eValue(ratio) })),
  };
}

function armOf(experiment: Experiment, arm: Arm, versions: Versions) {
  const release = experiment[arm];
  return { arm, release, version: versions.get(release) ?? null };
}

function evidenceOf(log: number): { readonly e: number; readonly p: number } {
  return { e: eValue(log), p: Math.min(1, Math.exp(-log)) };
}

/** As a number that JSON can hold, and that has a logarithm. */
function eValue(log: number): number {
  return Math.exp(Math.max(-700, Math.min(log, 700)));
}
