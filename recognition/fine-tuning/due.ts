import type { BundleManifest } from '@visavox/core/model';
import { z } from 'zod';
import { pluggedBackbones } from '../bundle-parts.ts';

/** To learn from, and to judge on. What ten people taught the network helped others a lot, or cost them: luck decided. */
const FEWEST = { heard: 40, unheard: 12 };
/** So many times the recordings of the last time are worth another fine-tuning, since all voices are embedded anew after it. */
const GROWTH = 2;

/** What a bundle says of how its voice network was fine-tuned. */
const FineTuned = z.object({
  backbones: z.object({
    voice: z.object({ fineTuned: z.object({ people: z.number(), recordings: z.number() }) }),
  }),
});

/** Why the voice network of this bundle is not fine-tuned to so many clear recordings; null where it is. */
export function reasonAgainst(
  manifest: BundleManifest,
  { heard, unheard, recordings }: { heard: number; unheard: number; recordings: number },
): string | null {
  if (pluggedBackbones(manifest).includes('voice')) return 'an operator plugged it in';
  if (heard < FEWEST.heard || unheard < FEWEST.unheard)
    return `${heard} people to learn from and ${unheard} to judge on, ${FEWEST.heard} and ${FEWEST.unheard} are needed`;
  const known = FineTuned.safeParse(manifest.properties).data?.backbones.voice.fineTuned;
  if (known && recordings < GROWTH * known.recordings)
    return `${recordings} clear recordings; it was fine-tuned to ${known.recordings}, and will be again to twice as many`;
  return null;
}
