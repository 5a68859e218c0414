import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { findProgram, runTool, type ToolContext } from './tool.ts';

/** A Python: what decides which packages fit it, and where its own are. */
export const Interpreter = z.object({
  executable: z.string(),
  /** The installation that it belongs to, without virtual environments. */
  base: z.string(),
  version: z.string(),
  platform: z.string(),
  /** Its site-packages where it is a virtual environment; null where it is the machine's own. */
  packages: z.string().nullable(),
  /** The wheel of pip that comes with Python, for steps that install something themselves; null where it was left out. */
  pip: z.string().nullable(),
});
export type Interpreter = z.infer<typeof Interpreter>;

const question = `
import glob, json, os, sys, sysconfig
wheels = glob.glob(os.path.join(os.path.dirname(os.__file__), "ensurepip", "_bundled", "pip-*.whl"))
print(json.dumps({
    "executable": sys.executable,
    "base": sys.base_prefix,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "platform": sysconfig.get_platform(),
    "packages": sysconfig.get_path("purelib") if sys.prefix != sys.base_prefix else None,
    "pip": wheels[0] if wheels else None,
}))
`;

/** The first Python on the PATH; undefined where there is none. */
export async function findInterpreter(context: ToolContext): Promise<Interpreter | undefined> {
  const program = await findProgram('python3', context.environment.PATH ?? '');
  return program === undefined ? undefined : interpreterAt(program, context);
}

export async function interpreterAt(program: string, context: ToolContext): Promise<Interpreter> {
  const { succeeded, output, errors } = await runTool([program, '-I', '-c', question], context);
  const parsed = succeeded ? Interpreter.safeParse(JSON.parse(output)) : undefined;
  if (parsed?.success) return parsed.data;
  throw new UserError({
    kind: 'unavailable',
    code: 'python_unusable',
    message: `The Python at ${program} does not run: ${errors.trim().split('\n').at(-1) ?? ''}`,
    action: 'Install it again, or put another python3 first on the PATH.',
  });
}
