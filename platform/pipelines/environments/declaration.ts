import { z } from 'zod';
import type { PipInstall } from './pip-prelude.ts';

const projectFile = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'expected a path inside the project, such as training/uv.lock',
  );

/** What a component's packages are written down in: a file of the project. */
export const EnvironmentFile = z.union([
  z.strictObject({ requirements: projectFile }),
  z.strictObject({ uvLock: projectFile.regex(/(^|\/)uv\.lock$/, 'expected a file called uv.lock') }),
  z.strictObject({
    packageLock: projectFile.regex(/(^|\/)package-lock\.json$/, 'expected a file called package-lock.json'),
  }),
]);
export type EnvironmentFile = z.infer<typeof EnvironmentFile>;

export type NodeDeclaration = Extract<EnvironmentFile, { packageLock: string }>;

/** Packages of Python: by name, or those of a file. */
export type PythonDeclaration =
  | { readonly installs: readonly PipInstall[] }
  | Exclude<EnvironmentFile, NodeDeclaration>;

/** What a step is to find. */
export type DeclaredEnvironment = PythonDeclaration | NodeDeclaration;
