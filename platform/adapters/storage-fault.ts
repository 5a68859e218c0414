/** PostgreSQL: disk full, an input or output error, a file that is gone, read-only, data or an index that is damaged. */
const databaseStates = new Set(['53100', '58030', '58P01', '25006', 'XX001', 'XX002']);
const systemErrors = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

/** Whether whatever keeps the data cannot do its work: what was begun was undone, and somebody has to look after it. */
export function isStorageFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isStorageFault);
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && (databaseStates.has(code) || systemErrors.has(code));
}
