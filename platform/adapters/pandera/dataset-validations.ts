import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetItem, DatasetManifest, DatasetVersion } from '@visavox/core/dataset';
import { type DatasetValidation, ValidationReport } from '@visavox/core/dataset-validation';
import { canonicalJson, type Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { getBlob, hasBlob, type ObjectStore, putBlob, readBlob } from '@visavox/core/object-store';
import type { DatasetValidations } from '@visavox/core/ports';
import { SharedWork } from '@visavox/core/shared-work';
import { manifestPath } from '@visavox/pipelines/dataset-folder';
import type { Environments } from '@visavox/pipelines/environments/environments';
import { runTool } from '@visavox/pipelines/environments/tool';
import { pathInFolder, writeWholeFile } from '@visavox/pipelines/files';
import { validationPackages, validationProgram } from '@visavox/pipelines/validation/program';
import { z } from 'zod';
import type { SqlValidationIndex } from '../sql/validation-index.ts';
import { tableFormatOf } from '../tables/table-format.ts';

export interface ValidationLimits {
  readonly seconds: number;
  readonly megabytes: number;
  /** Of all tables together, as they are kept. */
  readonly bytes: number;
}

export const validationLimits: ValidationLimits = { seconds: 15 * 60, megabytes: 8000, bytes: 2e9 };

export interface ValidationResources {
  readonly objects: ObjectStore;
  readonly index: SqlValidationIndex;
  readonly environments: Environments;
  /** What its process is given. */
  readonly environment: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly log: (text: string) => void;
  readonly limits?: ValidationLimits;
}

const Refusal = z.object({
  refused: z.object({ code: z.string(), message: z.string(), action: z.string() }),
});
const Written = z.union([Refusal, ValidationReport]);

/**
 * Holds dataset versions against rules by Pandera, in a Python environment of its own, which is made when the first version is
 * held against some. A version that was held against the same rules before is not read again.
 */
export class PanderaValidations implements DatasetValidations {
  readonly #resources: ValidationResources;
  readonly #underWay = new SharedWork<string, DatasetValidation>();
  /** One version at a time, whoever asks: each may take all the memory that the limits allow. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(resources: ValidationResources) {
    this.#resources = resources;
  }

  async validate(dataset: DatasetVersion, text: string): Promise<DatasetValidation> {
    const rules = digestOf(text);
    const known = (await this.list(dataset.digest)).find((one) => one.rules === rules);
    if (known) return known;
    const key = `${dataset.digest} ${rules}`;
    return this.#underWay.of(key, async () => {
      const turn = this.#turn.then(() => this.#kept(dataset, text));
      this.#turn = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        this.#underWay.forget(key);
      }
    });
  }

  async list(dataset: Digest): Promise<readonly DatasetValidation[]> {
    const { index, objects } = this.#resources;
    const found: DatasetValidation[] = [];
    for (const { rules, report, checkedAt } of await index.list(dataset)) {
      if (!(await hasBlob(objects, report))) continue;
      const text = new TextDecoder().decode(await getBlob(objects, report, 'the report of a validation'));
      const parsed = ValidationReport.parse(JSON.parse(text));
      found.push({ dataset, rules, checkedAt: checkedAt.toISOString(), report: parsed });
    }
    return found;
  }

  /** The blobs are put before the row that names them. */
  async #kept(dataset: DatasetVersion, text: string): Promise<DatasetValidation> {
    const { index, objects, now } = this.#resources;
    const report = await this.#check(dataset.manifest, text);
    const bytes = (value: string) => new TextEncoder().encode(value);
    const rules = await putBlob(objects, bytes(text));
    const checkedAt = now();
    const kept = await putBlob(objects, bytes(JSON.stringify(report)));
    await index.save(dataset.digest, { rules, passed: report.passed, report: kept, checkedAt });
    return { dataset: dataset.digest, rules, checkedAt: checkedAt.toISOString(), report };
  }

  async #check(manifest: DatasetManifest, rules: string): Promise<ValidationReport> {
    const tables = await this.#tablesOf(manifest);
    // Others of this machine may not read it: it is made for its owner alone.
    const folder = await mkdtemp(join(tmpdir(), 'visavox-validation-'));
    try {
      const data = join(folder, 'data');
      for (const { key, digest } of tables)
        await writeWholeFile(pathInFolder(data, key), readBlob(this.#resources.objects, digest, key), 0o600);
      await writeWholeFile(manifestPath(data), canonicalJson(manifest), 0o600);
      await writeFile(join(folder, 'rules'), rules, { mode: 0o600 });
      return await this.#run(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #tablesOf({ name, items }: DatasetManifest): Promise<readonly DatasetItem[]> {
    const { objects, limits = validationLimits } = this.#resources;
    const tables = items.filter(tableFormatOf);
    const bytes = tables.reduce((sum, item) => sum + item.bytes, 0);
    if (bytes > limits.bytes)
      throw tooLarge(`${bytes} bytes of tables, of which ${limits.bytes} may be checked at once`);
    for (const { key, digest } of tables)
      if (!(await hasBlob(objects, digest)))
        throw new UserError({
          kind: 'gone',
          code: 'item_missing',
          message: `the bytes of ${key} of the dataset ${name} are not kept any more, or damaged`,
          action: 'Import the folder again if they were lost, or check a newer version.',
        });
    return tables;
  }

  async #run(folder: string): Promise<ValidationReport> {
    const { environment, log, limits = validationLimits } = this.#resources;
    const note = async (text: string) => log(text.trim());
    const { seconds, megabytes } = limits;
    const report = join(folder, 'report.json');
    const { errors } = await runTool(
      [
        ...[await this.#python(), validationProgram, '--data', join(folder, 'data')],
        ...['--rules', join(folder, 'rules'), '--report', report],
        ...['--seconds', String(seconds), '--megabytes', String(megabytes)],
      ],
      { environment: { ...environment, TMPDIR: folder, PYTHONDONTWRITEBYTECODE: '1' }, log: note },
      { folder },
    );
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined)
      throw tooLarge(
        `they take longer than ${seconds} s, or more than ${megabytes} MB: ${errors.trim().split('\n').at(-1)}`,
      );
    const written = Written.parse(JSON.parse(text));
    if (!('refused' in written)) return written;
    throw new UserError({ kind: 'invalid', ...written.refused });
  }

  async #python(): Promise<string> {
    const { environments, log } = this.#resources;
    const note = async (text: string) => log(text.trim());
    const installs = [
      {
        requirements: validationPackages,
        ...{ withDependencies: true, indexUrls: [], trustedHosts: [], findLinks: [] },
      },
    ];
    const options = { project: import.meta.dirname, anew: false, kept: undefined, log: note };
    const resolved = await environments.resolve({ installs }, options);
    if (resolved.language !== 'python') throw new TypeError('an environment of Python was asked for');
    return (await environments.providePython(resolved, note)).executable;
  }
}

function tooLarge(reason: string): UserError {
  return new UserError({
    kind: 'too-large',
    code: 'validation_too_large',
    message: `the tables cannot be checked: ${reason}`,
    action: 'Import a sample of them as a dataset of its own, and check that.',
  });
}
