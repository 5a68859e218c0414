import { type Digest, shortDigest } from './digest.ts';
import { type ModelVersion, modelReference } from './model.ts';
import type { ModelCard } from './model-card.ts';
import type { ModelDescription } from './model-description.ts';
import { type ModelSignature, partText } from './model-signature.ts';
import type { RunPins } from './run.ts';

/** A version with what is known of it. */
export interface ComparedModel {
  readonly model: ModelVersion;
  readonly description: ModelDescription;
  readonly card: ModelCard;
  readonly files: number;
  readonly bytes: number;
  /** Of the run that made it; null where none did, or its record is gone. */
  readonly pins: Pick<RunPins, 'code' | 'environment' | 'datasets' | 'seed' | 'pipeline'> | null;
  /** The dataset versions that a metric was measured on, as far as its run says. */
  readonly measuredOn: Readonly<Record<string, readonly Digest[]>>;
}

export interface Difference {
  readonly name: string;
  readonly a: string | number | null;
  readonly b: string | number | null;
  readonly equal: boolean;
}

export interface ComparedMetric {
  readonly name: string;
  readonly a: number | null;
  readonly b: number | null;
  /** Whether both are of the same data. */
  readonly comparable: boolean;
  /** Of what data, or why not. */
  readonly why: string;
}

export interface ModelComparison {
  readonly a: string;
  readonly b: string;
  /** The dataset version that was asked for. */
  readonly on: Digest | null;
  readonly metrics: readonly ComparedMetric[];
  readonly signature: readonly Difference[];
  readonly card: readonly Difference[];
  readonly lineage: readonly Difference[];
  readonly sizes: readonly Difference[];
}

/** `nameOf`: of a dataset version, for people. */
export interface ComparisonWish {
  readonly on: Digest | null;
  readonly nameOf: (dataset: Digest) => string;
}

/** Two model versions side by side. Pure. */
export function compareModels(a: ComparedModel, b: ComparedModel, wish: ComparisonWish): ModelComparison {
  const [x, y] = [modelReference(a.model), modelReference(b.model)];
  const names = (of: ComparedModel) => of.pins?.datasets.map(wish.nameOf).join(', ') ?? null;
  return {
    ...{ a: x, b: y, on: wish.on },
    metrics: comparedMetrics(a, b, wish),
    signature: signatureDifferences(a.description.signature, b.description.signature),
    card: [
      difference('flavour', a.description.flavour, b.description.flavour),
      difference('licence', a.card.licence, b.card.licence),
      difference('task', a.card.task, b.card.task),
      difference('limits', a.card.limits, b.card.limits),
      difference('packages', a.description.requirements.join(', '), b.description.requirements.join(', ')),
    ].filter(isKnown),
    lineage: [
      difference('run', a.model.run, b.model.run),
      difference('datasets', names(a), names(b)),
      ...(['pipeline', 'code', 'environment', 'seed'] as const).map((pin) =>
        difference(pin, a.pins?.[pin] ?? null, b.pins?.[pin] ?? null),
      ),
    ].filter(isKnown),
    sizes: [
      difference('files', a.files, b.files),
      difference('bytes', a.bytes, b.bytes),
      difference('bundle', a.model.bundle, b.model.bundle),
    ],
  };
}

const isKnown = ({ a, b }: Difference) => a !== null || b !== null;

function difference(name: string, a: string | number | null, b: string | number | null): Difference {
  return { name, a: a === '' ? null : a, b: b === '' ? null : b, equal: a === b };
}

function comparedMetrics(a: ComparedModel, b: ComparedModel, wish: ComparisonWish): ComparedMetric[] {
  const names = [...new Set([...Object.keys(a.model.metrics), ...Object.keys(b.model.metrics)])].sort();
  return names.map((name) => {
    const [x = null, y = null] = [a.model.metrics[name], b.model.metrics[name]];
    return { name, a: x, b: y, ...comparability(name, a, b, wish) };
  });
}

function comparability(
  name: string,
  a: ComparedModel,
  b: ComparedModel,
  { on, nameOf }: ComparisonWish,
): Pick<ComparedMetric, 'comparable' | 'why'> {
  const no = (why: string) => ({ comparable: false, why });
  for (const one of [a, b]) {
    const reference = modelReference(one.model);
    if (one.model.metrics[name] === undefined) return no(`${reference} has no such figure`);
    if (one.pins === null)
      return no(`nobody recorded what ${reference} was measured on: no run made it, or its record is gone`);
    const read = one.measuredOn[name] ?? [];
    if (read.length === 0) return no(`the run of ${reference} recorded no dataset version for it`);
    if (on !== null && !read.includes(on))
      return no(`${reference} was measured on ${read.map(nameOf).join(' and ')}, not on ${nameOf(on)}`);
  }
  const [x, y] = [a.measuredOn[name] ?? [], b.measuredOn[name] ?? []];
  if (on !== null) return { comparable: true, why: `both on ${nameOf(on)}` };
  if (x.length === y.length && x.every((one) => y.includes(one)))
    return { comparable: true, why: `both on ${x.map(nameOf).join(' and ')}` };
  const shared = x.filter((one) => y.includes(one));
  const each = `${modelReference(a.model)} on ${x.map(nameOf).join(' and ')}, ${modelReference(b.model)} on ${y.map(nameOf).join(' and ')}`;
  if (shared.length === 0) return no(each);
  return no(`${each}; if ${shared.map(nameOf).join(' or ')} is what was held out, compare on that`);
}

function signatureDifferences(a: ModelSignature | null, b: ModelSignature | null): Difference[] {
  const inWords = (signature: ModelSignature | null) => ({
    inputs: signature?.inputs?.map(partText).join(', ') ?? null,
    outputs: signature?.outputs?.map(partText).join(', ') ?? null,
    params: signature?.params?.map(({ name }) => name).join(', ') ?? null,
  });
  const [x, y] = [inWords(a), inWords(b)];
  return (['inputs', 'outputs', 'params'] as const).flatMap((side) =>
    x[side] === null && y[side] === null ? [] : [difference(side, x[side], y[side])],
  );
}

/** The last digits of a version tell it from others of its name. */
export function datasetName(name: string | undefined, digest: Digest): string {
  return `${name ?? 'dataset'}@${shortDigest(digest)}`;
}
