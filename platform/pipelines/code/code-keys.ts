import type { CodeManifest } from '@visavox/core/code';
import { type Digest, digestOfJson } from '@visavox/core/digest';
import { messageOf } from '@visavox/core/errors';
import type { PipelineSpec } from '../ir.ts';
import type { ReadyTask } from '../plan.ts';
import type { Closure } from './closure.ts';
import { importClosures } from './import-closure.ts';
import { lightweightSource, mayUse } from './lightweight.ts';
import { isEntry, matching, normal, sourcesOf } from './sources.ts';

/** Where a snapshot's files can be read from. */
export interface CodeFolders {
  manifest(code: Digest): Promise<CodeManifest>;
  /** Calls `use` with a folder that holds the snapshot, for as long as it takes. */
  with<Result>(code: Digest, use: (folder: string) => Promise<Result>): Promise<Result>;
}

export interface CodeKeysOptions {
  /** Where Python is looked for. */
  readonly path: string | undefined;
  readonly log: (message: string) => void;
}

const remembered = 50;

/**
 * What identifies the code that a task runs: the files that its component names as its sources, with all that they
 * import; without sources, the whole snapshot. A Python function that kfp compiled stands in its command already.
 */
export class CodeKeys {
  readonly #folders: CodeFolders;
  readonly #options: CodeKeysOptions;
  readonly #closures = new Map<string, Promise<ReadonlyMap<string, Closure>>>();

  constructor(folders: CodeFolders, options: CodeKeysOptions) {
    this.#folders = folders;
    this.#options = options;
  }

  /** For the tasks of a run: null where nothing identifies a task's code, which is said in the log. */
  of(
    spec: PipelineSpec,
    code: Digest,
  ): (ready: Pick<ReadyTask, 'name' | 'component' | 'executor'>) => Promise<Digest | null> {
    return async ({ name, component, executor }) => {
      const sources = sourcesOf(spec, component.executorLabel);
      if (sources.length > 0) {
        try {
          return await this.#keyOfSources(spec, code, sources);
        } catch (error) {
          this.#options.log(
            `${name} is not cached, because its sources cannot be followed: ${messageOf(error)}`,
          );
          return null;
        }
      }
      const source = executor.container && lightweightSource(executor.container);
      if (source !== undefined && !mayUse(source, await this.#folders.manifest(code)))
        return digestOfJson({ inCommand: true });
      return code;
    };
  }

  async #keyOfSources(spec: PipelineSpec, code: Digest, sources: readonly string[]): Promise<Digest> {
    const manifest = await this.#folders.manifest(code);
    const paths = new Set<string>();
    for (const source of sources) {
      if (!isEntry(manifest, source)) for (const path of matching(manifest, source)) paths.add(path);
      else {
        const closure = (await this.#closuresOf(spec, code)).get(normal(source));
        if (closure === undefined || typeof closure === 'string')
          throw new Error(`${source}: ${closure ?? 'it was not looked at'}`);
        for (const path of closure) paths.add(path);
      }
    }
    const files = manifest.files.filter(({ path }) => paths.has(path));
    const links = manifest.links.filter(({ path }) => paths.has(path));
    return digestOfJson({ files, links });
  }

  /** The closures of all entries of a pipeline, found at once. */
  #closuresOf(spec: PipelineSpec, code: Digest): Promise<ReadonlyMap<string, Closure>> {
    const labels = Object.keys(spec.platforms?.visavox?.deploymentSpec?.executors ?? {});
    const key = digestOfJson({ code, sources: labels.map((label) => sourcesOf(spec, label)) });
    const known = this.#closures.get(key) ?? this.#follow(spec, code, labels);
    this.#closures.set(key, known);
    known.catch(() => this.#closures.delete(key));
    const [oldest] = this.#closures.keys();
    if (oldest !== undefined && this.#closures.size > remembered) this.#closures.delete(oldest);
    return known;
  }

  async #follow(
    spec: PipelineSpec,
    code: Digest,
    labels: readonly string[],
  ): Promise<ReadonlyMap<string, Closure>> {
    const manifest = await this.#folders.manifest(code);
    const entries = new Set(
      labels
        .flatMap((label) => sourcesOf(spec, label))
        .filter((source) => isEntry(manifest, source))
        .map(normal),
    );
    return this.#folders.with(code, (folder) =>
      importClosures(folder, { entries: [...entries], manifest, path: this.#options.path }),
    );
  }
}
