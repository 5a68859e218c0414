import { UserError } from '@visavox/core/errors';

/** Whether an object store is away for now, so that the same call may succeed later. */
export function isObjectStoreAway(error: unknown): boolean {
  return (
    error instanceof UserError &&
    (error.code === 'object_store_unreachable' || error.code === 'object_store_failing')
  );
}
