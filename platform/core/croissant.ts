import { createHash } from 'node:crypto';
import { type DatasetManifest, labelsFileName, labelsText } from './dataset.ts';
import type { ColumnProfile, DatasetProfile } from './dataset-profile.ts';
import { type Digest, hexOf } from './digest.ts';
import { UserError } from './errors.ts';

/** What of a dataset's metadata people know and files do not. */
export interface DatasetAbout {
  /** An address, or a name of SPDX's list; what the items' consent says unless given. */
  readonly license?: string | undefined;
  readonly creator?: string | undefined;
  readonly description?: string | undefined;
}

export interface CroissantSubject {
  readonly digest: Digest;
  readonly manifest: DatasetManifest;
  readonly profile: DatasetProfile;
  readonly createdAt: string;
  /** Where people see it. */
  readonly url: string;
  readonly about: DatasetAbout;
}

/** Of tables beyond these the files are described, and not their columns. */
const tablesAtMost = 200;

/**
 * A dataset version in the words of Croissant 1.0 (MLCommons): JSON-LD that lies beside the files as an export writes them. Throws a
 * UserError `croissant_incomplete` where a field that may not be empty is known to nobody.
 *
 * @see https://docs.mlcommons.org/croissant/docs/croissant-spec.html
 */
export function croissant(subject: CroissantSubject): Record<string, unknown> {
  const { digest, manifest, profile, createdAt, url, about } = subject;
  const license = about.license ?? consentOf(manifest);
  const { creator } = about;
  const missing = [...(license ? [] : ['license']), ...(creator ? [] : ['creator'])];
  if (missing.length > 0) throw incomplete(manifest.name, missing);
  const labels = manifest.items.some(({ key }) => key === labelsFileName)
    ? undefined
    : labelsText(manifest.items);
  return {
    ...{ '@context': context, '@type': 'sc:Dataset', conformsTo: 'http://mlcommons.org/croissant/1.0' },
    name: manifest.name,
    description: about.description ?? described(manifest, profile),
    ...{ license, creator: { '@type': 'sc:Person', name: creator }, url },
    datePublished: createdAt.slice(0, 10),
    // A version is named by its digest, and the standard asks for three numbers: the digest is what comes after them.
    version: `1.0.0+${hexOf(digest).slice(0, 12)}`,
    citeAs: `${manifest.name}, ${digest}, ${creator}, ${createdAt.slice(0, 4)}`,
    distribution: [
      ...manifest.items.map(({ key, bytes, mediaType, digest: content }) =>
        fileObject({ key, bytes, mediaType, sha256: hexOf(content) }),
      ),
      ...(labels === undefined ? [] : [labelsObject(labels)]),
    ],
    recordSet: [...tableRecords(profile), ...(labels === undefined ? [] : [labelRecords(manifest)])],
  };
}

function fileObject(file: { key: string; bytes: number; mediaType: string; sha256: string }) {
  return {
    ...{ '@type': 'cr:FileObject', '@id': file.key, name: file.key, contentUrl: file.key },
    ...{ contentSize: `${file.bytes} B`, encodingFormat: file.mediaType, sha256: file.sha256 },
  };
}

function labelsObject(text: string) {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return fileObject({ key: labelsFileName, bytes: bytes.length, mediaType: 'text/csv', sha256 });
}

/** One for each table, of the columns that it has: files of one dataset need not have the same. */
function tableRecords({ tables }: DatasetProfile) {
  if (!tables) return [];
  const { read, columns, schemaDifferences } = tables;
  return read.items.slice(0, tablesAtMost).map((item) => {
    const own = columns.filter(({ name }) => {
      const difference = schemaDifferences.find(({ column }) => column.toLowerCase() === name.toLowerCase());
      if (!difference) return true;
      const told = difference.items.find((one) => one.item === item);
      return (told ? told.type : difference.usual) !== null;
    });
    return recordSet(
      `records/${item}`,
      `The rows of ${item}.`,
      item,
      own.map((column) => ({ name: column.name, type: typeOf(column) })),
    );
  });
}

function labelRecords({ items }: DatasetManifest) {
  const labels = [...new Set(items.flatMap((item) => Object.keys(item.labels)))].sort();
  const fields = ['file_name', ...labels].map((name) => ({ name, type: 'sc:Text' }));
  return recordSet('labels', 'The files with their labels.', labelsFileName, fields);
}

function recordSet(
  id: string,
  description: string,
  file: string,
  fields: readonly { readonly name: string; readonly type: string }[],
) {
  return {
    ...{ '@type': 'cr:RecordSet', '@id': id, name: id, description },
    field: fields.map(({ name, type }) => ({
      ...{ '@type': 'cr:Field', '@id': `${id}/${name}`, name: `${id}/${name}` },
      ...{ description: `The column ${name} of ${file}.`, dataType: type },
      source: { fileObject: { '@id': file }, extract: { column: name } },
    })),
  };
}

function typeOf({ type }: ColumnProfile): string {
  if (/INT/.test(type)) return 'sc:Integer';
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'sc:Float';
  if (type === 'BOOLEAN') return 'sc:Boolean';
  if (type === 'DATE') return 'sc:Date';
  return type.startsWith('TIMESTAMP') ? 'sc:DateTime' : 'sc:Text';
}

/** What all items say of their terms, where they say the same. */
function consentOf({ items }: DatasetManifest): string | undefined {
  const [only, ...others] = new Set(items.map(({ provenance }) => provenance.consent));
  return others.length > 0 || only === 'not stated' ? undefined : only;
}

function described({ name, items }: DatasetManifest, { tables }: DatasetProfile): string {
  const rows = tables ? `, ${tables.rows} rows of ${tables.columns.length} columns in its tables` : '';
  return `The dataset ${name}: ${items.length} ${items.length === 1 ? 'file' : 'files'}${rows}.`;
}

function incomplete(name: string, missing: readonly string[]): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'croissant_incomplete',
    message: `nobody has said of the dataset ${name} what its ${missing.join(' and its ')} ${missing.length === 1 ? 'is' : 'are'}, which Croissant asks for`,
    action: `Give ${missing.map((field) => `--${field}`).join(' and ')}, or say it in visavox.config: datasets: { ${name}: { ${missing.map((field) => `${field}: …`).join(', ')} } }.`,
  });
}

/** As the standard prints it. */
const context = {
  ...{ '@language': 'en', '@vocab': 'https://schema.org/', citeAs: 'cr:citeAs', column: 'cr:column' },
  ...{
    conformsTo: 'dct:conformsTo',
    cr: 'http://mlcommons.org/croissant/',
    rai: 'http://mlcommons.org/croissant/RAI/',
  },
  ...{ data: { '@id': 'cr:data', '@type': '@json' }, dataType: { '@id': 'cr:dataType', '@type': '@vocab' } },
  ...{ dct: 'http://purl.org/dc/terms/', examples: { '@id': 'cr:examples', '@type': '@json' } },
  ...{ equivalentProperty: 'cr:equivalentProperty', samplingRate: 'cr:samplingRate' },
  ...{
    extract: 'cr:extract',
    field: 'cr:field',
    fileProperty: 'cr:fileProperty',
    fileObject: 'cr:fileObject',
  },
  ...{
    fileSet: 'cr:fileSet',
    format: 'cr:format',
    includes: 'cr:includes',
    isLiveDataset: 'cr:isLiveDataset',
  },
  ...{
    jsonPath: 'cr:jsonPath',
    key: 'cr:key',
    md5: 'cr:md5',
    parentField: 'cr:parentField',
    path: 'cr:path',
  },
  ...{ recordSet: 'cr:recordSet', references: 'cr:references', regex: 'cr:regex', repeated: 'cr:repeated' },
  ...{ replace: 'cr:replace', sc: 'https://schema.org/', separator: 'cr:separator', source: 'cr:source' },
  ...{ subField: 'cr:subField', transform: 'cr:transform' },
};
