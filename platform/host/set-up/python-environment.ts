import { UserError } from '@visavox/core/errors';
import { pythonStep } from './python.mjs';
import { isDone, SetUpError, setUp } from './steps.mjs';

export { findPython } from './python.mjs';

/** Whether the Python that MLflow and steps run in is in this folder of set-up, whole and of the versions that are locked. */
export function isPythonSetUp(folder: string): boolean {
  return isDone(folder, pythonStep(folder));
}

/** Makes it where it is not; says on standard error what is going on. Throws a UserError `set_up_failed`. */
export async function setUpPython(folder: string): Promise<void> {
  try {
    await setUp(folder, [pythonStep(folder)]);
  } catch (cause) {
    if (!(cause instanceof SetUpError)) throw cause;
    const said = cause.output.trimEnd().split('\n').slice(-5).join('\n');
    throw new UserError({
      kind: 'unavailable',
      code: 'set_up_failed',
      message: `the Python environment was not set up: ${cause.message}${said && `\n${said}`}`,
      action: cause.action,
      cause,
    });
  }
}
