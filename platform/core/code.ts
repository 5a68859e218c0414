import { z } from 'zod';
import { canonicalJson, Digest, digestOf } from './digest.ts';

export const codeMediaType = 'application/vnd.visavox.code+json';

/** Relative to the project's folder, with `/`. */
const CodePath = z
  .string()
  .min(1)
  .max(4096)
  .refine(
    (path) =>
      !path.includes('\0') &&
      path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part !== '.git'),
    'expected a path below the folder',
  );

export const CodeFile = z.object({
  path: CodePath,
  digest: Digest,
  bytes: z.number().int().nonnegative(),
  executable: z.boolean(),
});
export type CodeFile = z.infer<typeof CodeFile>;

/** A symbolic link; its target stays inside the folder. */
export const CodeLink = z.object({ path: CodePath, target: z.string().min(1).max(4096) });
export type CodeLink = z.infer<typeof CodeLink>;

/** A project's folder as a run takes it: the blob of this manifest in canonical JSON, both lists sorted by path. */
export const CodeManifest = z
  .object({
    mediaType: z.literal(codeMediaType),
    files: z.array(CodeFile),
    links: z.array(CodeLink),
  })
  .superRefine(({ files, links }, context) => {
    const fault = faultIn(files, links);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });
export type CodeManifest = z.infer<typeof CodeManifest>;

/** Where a snapshot was taken from, as far as git tells. */
export const CodeOrigin = z.object({
  commit: z.string().max(200).nullable(),
  branch: z.string().max(1000).nullable(),
  /** Whether the folder held what the commit holds; null without git. */
  clean: z.boolean().nullable(),
});
export type CodeOrigin = z.infer<typeof CodeOrigin>;

/** The code of a run: a snapshot by its digest, and where it was taken from. */
export const CodeReference = z.object({ digest: Digest, origin: CodeOrigin });
export type CodeReference = z.infer<typeof CodeReference>;

export const unknownOrigin: CodeOrigin = { commit: null, branch: null, clean: null };

/** Sorts, so that the same folder is the same snapshot in whatever order it was read. */
export function codeManifest(files: readonly CodeFile[], links: readonly CodeLink[]): CodeManifest {
  const sorted = <Entry extends { readonly path: string }>(entries: readonly Entry[]) =>
    [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { mediaType: codeMediaType, files: sorted(files), links: sorted(links) };
}

/** The bytes that a snapshot's manifest is stored as. */
export function encodeCode(manifest: CodeManifest): Uint8Array {
  return new TextEncoder().encode(canonicalJson(manifest));
}

export function codeDigest(manifest: CodeManifest): Digest {
  return digestOf(encodeCode(manifest));
}

/** What is wrong with a link's target: it is absolute, or leads out of the folder. */
export function leadsOut({ path, target }: CodeLink): boolean {
  if (target.startsWith('/') || target.includes('\0')) return true;
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function faultIn(files: readonly CodeFile[], links: readonly CodeLink[]): string | undefined {
  const paths = [...files, ...links].map(({ path }) => path);
  const all = new Set(paths);
  if (all.size < paths.length) return 'two entries have one path';
  const out = links.find(leadsOut);
  if (out) return `the link ${out.path} leads out of the folder`;
  for (const path of all)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      if (all.has(path.slice(0, end))) return `${path} lies below ${path.slice(0, end)}, which is no folder`;
  return undefined;
}
