export interface Slice {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/**
 * Cuts a stream into slices of `size` bytes, after a first one of `first`. The last slice holds what is left: it is the
 * only one that may be shorter, and empty only where the whole stream is.
 */
export async function* slices(
  stream: AsyncIterable<Uint8Array>,
  size: number,
  first = size,
): AsyncGenerator<Slice, void> {
  let slice = Buffer.allocUnsafe(first);
  let filled = 0;
  for await (const chunk of stream) {
    for (let taken = 0; taken < chunk.length; ) {
      if (filled === slice.length) {
        yield { bytes: slice, last: false };
        slice = Buffer.allocUnsafe(size);
        filled = 0;
      }
      const piece = chunk.subarray(taken, taken + slice.length - filled);
      slice.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
    }
  }
  yield { bytes: slice.subarray(0, filled), last: true };
}
