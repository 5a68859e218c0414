import { decoderContract } from './decoder.contract.ts';
import { inProcessDecoder } from './decoder.ts';

decoderContract('decoding in this process', async () => ({
  decoder: inProcessDecoder,
  close: async () => undefined,
}));
