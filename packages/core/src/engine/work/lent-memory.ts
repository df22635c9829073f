/** Kept between items; what an item needs beyond it is made for it alone. */
const mostKeptBytes = 64 * 1024 * 1024;

// Of this thread: the largest that was given back.
let spare: Buffer | undefined;

/**
 * Memory of at least so many bytes, with whatever the last borrower left in it; to be given back.
 *
 * V8 goes by the memory outside its heap: made anew for each large input, it had all garbage collected at every other
 * item, which was a fifth of the processor time of taking images out of their bins.
 */
export function lendMemory(sizeBytes: number): Buffer {
  const kept = spare;
  // Somewhat larger, so that the next that is a little longer finds room too.
  if (kept === undefined || kept.length < sizeBytes) return Buffer.allocUnsafeSlow(sizeBytes + (sizeBytes >> 3));
  spare = undefined;
  return kept;
}

/** Takes memory back; nobody may look at it any more. */
export function takeBackMemory(memory: Buffer): void {
  if (memory.length <= mostKeptBytes && memory.length > (spare?.length ?? 0)) spare = memory;
}
