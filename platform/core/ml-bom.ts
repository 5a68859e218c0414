import { type Digest, hexOf } from './digest.ts';
import { type BundleManifest, type ModelVersion, modelReference } from './model.ts';
import type { CardMetric, ModelCard } from './model-card.ts';
import type { ModelDescription } from './model-description.ts';
import { partText, type SignaturePart } from './model-signature.ts';

export interface BomSubject {
  readonly model: ModelVersion;
  readonly manifest: BundleManifest;
  readonly description: ModelDescription;
  readonly card: ModelCard;
  /** Dataset versions that its run was given. */
  readonly datasets: readonly { readonly name: string; readonly digest: Digest }[];
}

/** Licences that model cards name in small letters, as SPDX writes them; any other is named as it is. */
const spdx = new Map(
  [
    ...['Apache-2.0', 'MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'MPL-2.0', 'ISC', 'Unlicense', 'CC0-1.0'],
    ...['CC-BY-4.0', 'CC-BY-SA-4.0', 'CC-BY-NC-4.0', 'CC-BY-NC-SA-4.0', 'AGPL-3.0-only', 'GPL-3.0-only'],
    ...['GPL-2.0-only', 'LGPL-3.0-only', 'EUPL-1.2', 'BSL-1.0', 'ECL-2.0', 'Zlib'],
  ].map((id) => [id.toLowerCase().replace(/-only$/, ''), id]),
);

/**
 * What a model version is made of as a bill of materials: CycloneDX 1.6 with a model card (ML-BOM). It follows from what is
 * recorded, so that it is the same whenever it is asked for.
 */
export function mlBom({ model, manifest, description, card, datasets }: BomSubject) {
  const reference = modelReference(model);
  const libraries = description.requirements.map(libraryOf);
  const data = datasets.map(({ name, digest }) => ({
    ...{ type: 'data', 'bom-ref': `dataset:${digest}`, name, version: digest },
    hashes: [sha256(digest)],
    data: [{ type: 'dataset', name }],
  }));
  const files = manifest.files.map(({ path, digest }) => ({
    ...{ type: 'file', 'bom-ref': `file:${path}`, name: path, hashes: [sha256(digest)] },
  }));
  const components = [...files, ...uniqueBy(libraries), ...data];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(model.bundle)}`,
    version: 1,
    metadata: {
      timestamp: model.createdAt,
      tools: { components: [{ type: 'application', name: 'visavox' }] },
      component: {
        ...{ type: 'machine-learning-model', 'bom-ref': reference },
        ...{ name: model.name, version: String(model.version), hashes: [sha256(model.bundle)] },
        ...(card.licence !== null && { licenses: [{ license: licenceOf(card.licence) }] }),
        ...(card.tags.length > 0 && { tags: card.tags }),
        modelCard: modelCardOf({ description, card, data }),
        properties: [
          { name: 'visavox:bundle', value: model.bundle },
          ...(model.run === null ? [] : [{ name: 'visavox:run', value: model.run }]),
        ],
      },
    },
    components,
    dependencies: [
      { ref: reference, dependsOn: components.map((component) => component['bom-ref']) },
      ...components.map((component) => ({ ref: component['bom-ref'] })),
    ],
  };
}

function modelCardOf({
  description: { flavour, signature },
  card,
  data,
}: Pick<BomSubject, 'description' | 'card'> & { readonly data: readonly { readonly 'bom-ref': string }[] }) {
  const formats = (parts: readonly SignaturePart[] | null | undefined) =>
    (parts ?? []).map((part) => ({ format: partText(part) }));
  return {
    modelParameters: {
      ...(card.task !== null && { task: card.task }),
      ...(flavour !== null && { architectureFamily: flavour }),
      datasets: data.map((one) => ({ ref: one['bom-ref'] })),
      inputs: formats(signature?.inputs),
      outputs: formats(signature?.outputs),
    },
    quantitativeAnalysis: { performanceMetrics: card.metrics.map(performanceOf) },
    ...(card.limits !== null && { considerations: { technicalLimitations: [card.limits] } }),
  };
}

function performanceOf({ name, value, interval, slice }: CardMetric) {
  return {
    ...{ type: name, value: String(value) },
    ...(slice !== null && { slice }),
    ...(interval && {
      confidenceInterval: { lowerBound: String(interval.low), upperBound: String(interval.high) },
    }),
  };
}

function licenceOf(licence: string): { id: string } | { name: string } {
  const id = spdx.get(licence.toLowerCase().replace(/-only$/, ''));
  return id === undefined ? { name: licence } : { id };
}

/** `scikit-learn==1.9.1` as a package of PyPI. */
function libraryOf(requirement: string) {
  const [, written = requirement, , version] =
    /^([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*(?:===?\s*([^\s;,]+))?/.exec(requirement) ?? [];
  const name = written.toLowerCase().replaceAll(/[-_.]+/g, '-');
  const purl = `pkg:pypi/${encodeURIComponent(name)}${version === undefined ? '' : `@${encodeURIComponent(version)}`}`;
  return {
    ...{ type: 'library', 'bom-ref': purl, name, ...(version !== undefined && { version }) },
    purl,
  };
}

/** Identical references are refused. */
function uniqueBy<T extends { readonly 'bom-ref': string }>(components: readonly T[]): readonly T[] {
  return [...new Map(components.map((one) => [one['bom-ref'], one])).values()];
}

const sha256 = (digest: Digest) => ({ alg: 'SHA-256', content: hexOf(digest) });

/** A UUID of version 8 (RFC 9562): of bits that follow from the digest. */
function uuidOf(digest: Digest): string {
  const hex = hexOf(digest);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
