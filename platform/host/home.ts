import { access, constants, mkdir } from 'node:fs/promises';
import { messageOf, UserError } from '@visavox/core/errors';

/** Makes the folder of everything that outlives a process; throws a UserError `home_unwritable` where that cannot be. */
export async function requireHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UserError({
      kind: 'invalid',
      code: 'home_unwritable',
      message: `the data folder ${home} cannot be written: ${messageOf(cause)}`,
      action: 'Correct its permissions, or choose another one with VISAVOX_HOME.',
      cause,
    });
  }
}
