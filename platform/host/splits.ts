import { KeptSplits } from '@visavox/adapters/splits/kept-splits';
import { SqlDatasetStore } from '@visavox/adapters/sql/dataset-store';
import { SqlSplitStore } from '@visavox/adapters/sql/split-store';
import type { Platform } from './platform.ts';

export function openSplits({ database: { db }, objects, now }: Platform): KeptSplits {
  return new KeptSplits({
    ...{ objects, now },
    datasets: new SqlDatasetStore(db, objects),
    store: new SqlSplitStore(db, objects),
  });
}
