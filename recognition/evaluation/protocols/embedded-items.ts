import type { Modality } from '../../bundle-parts.ts';
import type { Recogniser } from '../../recogniser.ts';
import type { Side } from '../../signals/sides.ts';
import type { Acquired, AcquiredRecording, Acquirer } from '../acquisition.ts';

/** How many are run through a head at a time. */
const BATCH = 256;

/** One recording as a side of a comparison. */
export interface EmbeddedItem extends Side {
  /** 0..1: how much there is to recognise. */
  readonly quality: number;
}

export interface EmbeddedItems {
  /** By the place of an item; undefined where it could not be used. */
  readonly sides: readonly (EmbeddedItem | undefined)[];
  /** Codes of the faults of what could not be used, with how often. */
  readonly faults: Readonly<Record<string, number>>;
}

interface Pending {
  readonly index: number;
  readonly recording: AcquiredRecording;
}

/**
 * Recordings of one file each through backbone and head. Vectors lie in one array, [items, dimension] of float32: 260 MB for
 * all of VoxCeleb1; the backbone's features stay on disk.
 */
export async function embedItems(
  { recogniser, acquirer, modality }: { recogniser: Recogniser; acquirer: Acquirer; modality: Modality },
  items: readonly string[],
  progress: (done: number) => void,
): Promise<EmbeddedItems> {
  const places = new Map(items.map((item, index) => [item, index]));
  const sides = new Array<EmbeddedItem | undefined>(items.length).fill(undefined);
  const faults: Record<string, number> = {};
  let matrix: Float32Array | undefined;
  let pending: Pending[] = [];
  let done = 0;
  const embed = async () => {
    const batch = pending;
    pending = [];
    const vectors = await recogniser.embed(
      modality,
      batch.map(({ recording }) => recording.features),
    );
    for (const [at, { index, recording }] of batch.entries()) {
      const vector = vectors[at];
      if (!vector) continue;
      matrix ??= new Float32Array(items.length * vector.length);
      const direction = matrix.subarray(index * vector.length, (index + 1) * vector.length);
      direction.set(vector);
      const { measures } = recording;
      const seconds = measures.modality === 'voice' ? measures.seconds : null;
      sides[index] = { direction, seconds, coherence: null, quality: measures.quality };
    }
  };
  await acquirer.each(
    items.map((item) => [item]),
    async (name: string, acquired: Acquired) => {
      progress(++done);
      if ('fault' in acquired) {
        faults[acquired.fault] = (faults[acquired.fault] ?? 0) + 1;
        return;
      }
      pending.push({ index: places.get(name) ?? 0, recording: acquired });
      if (pending.length >= BATCH) await embed();
    },
  );
  await embed();
  // An item that is listed twice is worked on once.
  return { sides: items.map((item) => sides[places.get(item) ?? 0]), faults };
}
