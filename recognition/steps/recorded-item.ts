import type { DatasetItem } from '@visavox/core/dataset';
import type { Modality } from '../bundle-parts.ts';

type Labelled = Pick<DatasetItem, 'labels'>;

export const personOf = ({ labels }: Labelled): string => labels.person ?? '';

export const modalityOf = ({ labels }: Labelled): Modality => (labels.modality === 'face' ? 'face' : 'voice');
