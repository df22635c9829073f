/** Bytes that are all there, as a stream of one piece. Who knows of `whole` takes them without waiting piece by piece. */
export interface WholeStream extends AsyncIterable<Uint8Array> {
  readonly whole: Uint8Array;
}

/** A stream of bytes that are all there. */
export function wholeStream(whole: Uint8Array): WholeStream {
  return {
    whole,
    async *[Symbol.asyncIterator]() {
      if (whole.length > 0) yield whole;
    },
  };
}

/** All bytes of a stream where they are there already; undefined of one that is still to come. */
export function wholeOf(stream: AsyncIterable<Uint8Array>): Uint8Array | undefined {
  const { whole } = stream as { readonly whole?: unknown };
  return whole instanceof Uint8Array ? whole : undefined;
}
