/** What goes into one zip. */
export interface Part<T> {
  /** 1-based. */
  readonly number: number;
  readonly items: readonly T[];
}

/** Cuts items, in their order, into parts of at most so many bytes; one that is larger alone has a part of its own. */
export function splitBundles<T>(
  items: readonly T[],
  { maxBytes, sizeOf }: { readonly maxBytes: number; readonly sizeOf: (item: T) => number },
): readonly Part<T>[] {
  const parts: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (parts.length === 0 || size > room) {
      parts.push([]);
      room = maxBytes;
    }
    parts.at(-1)!.push(item);
    room -= size;
  }
  return parts.map((some, at) => ({ number: at + 1, items: some }));
}
