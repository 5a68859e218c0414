import type { Checks } from '@visavox/api/health';
import type { DecoderPool } from '@visavox/recognition/decoding/decoder-pool';
import type { Champion } from './champion.ts';

/** What sign-in needs for its work, beside what the platform needs. */
export function signInChecks({
  decoder,
  champion,
}: {
  decoder: Pick<DecoderPool, 'check'>;
  champion: Pick<Champion, 'release'>;
}): Checks {
  return {
    decoder: () => decoder.check(),
    recogniser: async () => {
      if (!champion.release) throw new Error('not loaded');
    },
  };
}
