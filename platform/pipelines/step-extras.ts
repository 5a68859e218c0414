import { z } from 'zod';
import { EnvironmentFile } from './environments/declaration.ts';

/** What the command may reach beside its inputs and outputs. Nothing, unless it says so. */
export const Access = z.strictObject({
  /** All objects of the installation, with their key: for components of the product itself. */
  objects: z.boolean().optional(),
  /** The tracking server, with the server's own credentials. */
  tracking: z.boolean().optional(),
});
export type Access = z.infer<typeof Access>;

/** A path or glob below the folder of the code. */
export const Source = z
  .string()
  .min(1)
  .max(1000)
  .refine(
    (source) => !source.startsWith('/') && !source.startsWith('!') && !source.split('/').includes('..'),
    {
      message: 'expected a path or a glob below the folder of the project',
    },
  );

/** `platforms.visavox.deploymentSpec.executors.<label>`: what Kubeflow's specification has no words for. */
export const StepExtras = z.strictObject({
  sources: z.array(Source).optional(),
  environment: EnvironmentFile.optional(),
  access: Access.optional(),
});
export type StepExtras = z.infer<typeof StepExtras>;
