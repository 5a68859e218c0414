import { z } from 'zod';
import { PipInstall } from './pip-prelude.ts';

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
]);
export type EnvironmentFile = z.infer<typeof EnvironmentFile>;

/** What a step is to find: packages by name, or those of a file. */
export const DeclaredEnvironment = z.union([
  z.object({ installs: z.array(PipInstall).readonly() }),
  EnvironmentFile,
]);
export type DeclaredEnvironment = Readonly<z.infer<typeof DeclaredEnvironment>>;
