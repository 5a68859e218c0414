import { z } from 'zod';

/** Files lie one after another at the beginning of the shared area, what they decode to after them. */
export type ToDecodingProcess =
  | { readonly kind: 'decode'; readonly what: What; readonly lengths: readonly number[] }
  | { readonly kind: 'more' };

/** `large-image`: takes what may be slow; `image` only says that it is. */
export type What = 'image' | 'large-image' | 'burst' | 'audio';

const Length = z
  .int()
  .min(0)
  .max(1 << 30);

const Decoded = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('image'),
    width: z.int().min(1).max(1000),
    height: z.int().min(1).max(1000),
    scale: z.number().positive(),
  }),
  z.object({ kind: z.literal('audio'), samples: Length }),
  z.object({ kind: z.literal('large') }),
  z.object({
    kind: z.literal('fault'),
    code: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
]);
export type Decoded = z.infer<typeof Decoded>;

/** Read with care: what decodes hostile files may not be itself any more. */
export const FromDecodingProcess = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('decoded'),
    results: z.array(Decoded),
    /** Whether the rest waits until these were read. */
    more: z.boolean(),
  }),
]);
export type FromDecodingProcess = z.infer<typeof FromDecodingProcess>;

/** How many bytes of the shared area it takes. */
export function sizeOf(decoded: Decoded): number {
  switch (decoded.kind) {
    case 'image':
      return decoded.width * decoded.height * 3;
    case 'audio':
      return decoded.samples * Float32Array.BYTES_PER_ELEMENT;
    case 'large':
    case 'fault':
      return 0;
  }
}
