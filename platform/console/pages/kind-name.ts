import type { TraceKind } from '../api/types.ts';
import { useWords } from '../text/words.ts';

/** A kind of thing in the reader's language; those that a project did not translate are shown by their own names. */
export function useKindName(): (kind: TraceKind) => string {
  const words = useWords('console');
  return (kind) => words(`trace.kind_${kind}`) ?? kind;
}
