import type { CodeManifest } from '@visavox/core/code';
import { UserError } from '@visavox/core/errors';
import ignore from 'ignore';
import type { PipelineSpec } from '../ir.ts';

/** The sources that the component of an executor names; empty where it names none. */
export function sourcesOf(spec: PipelineSpec, executorLabel: string | undefined): readonly string[] {
  return spec.platforms?.visavox?.deploymentSpec?.executors?.[executorLabel ?? '']?.sources ?? [];
}

/** Throws a UserError `sources_missing` where a component names sources that the code does not have. */
export function requireSources(spec: PipelineSpec, manifest: CodeManifest): void {
  for (const [label, { sources = [] }] of Object.entries(
    spec.platforms?.visavox?.deploymentSpec?.executors ?? {},
  ))
    for (const source of sources)
      if (matching(manifest, source).length === 0)
        throw new UserError({
          kind: 'invalid',
          code: 'sources_missing',
          message: `${label.replace(/^exec-/, '')} names the source ${source}, which is not in the code of the run.`,
          action:
            'Name files of the project, by their path from its folder or as a glob; what git or .visavoxignore ignores is not taken along.',
        });
}

/** What a module is written in, where its imports can be followed. */
export function languageOf(path: string): 'typescript' | 'python' | undefined {
  if (/\.([cm]?[jt]s|[jt]sx)$/.test(path) && !/\.d\.[cm]?ts$/.test(path)) return 'typescript';
  return path.endsWith('.py') ? 'python' : undefined;
}

/** One file whose imports are followed, rather than a glob or a folder. */
export function isEntry(manifest: CodeManifest, source: string): boolean {
  return languageOf(source) !== undefined && manifest.files.some(({ path }) => path === normal(source));
}

/** The paths that a glob (`*`, `**`, `?`, `[…]`), a folder or a path means. */
export function matching(manifest: CodeManifest, source: string): readonly string[] {
  const pattern = ignore().add(`/${normal(source)}`);
  return [...manifest.files, ...manifest.links]
    .map(({ path }) => path)
    .filter((path) => pattern.ignores(path));
}

export function normal(source: string): string {
  return source.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}
