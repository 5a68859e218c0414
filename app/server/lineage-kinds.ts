import type { LineageKind } from '@visavox/core/lineage-kinds';

/** The ends of the line of sign-in. */
export const applicationKinds: readonly LineageKind[] = [
  { name: 'person', before: 'sample' },
  { name: 'attempt', after: 'release' },
];
