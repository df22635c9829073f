import type { Bytes } from '../../model/driver.ts';

/** A piece of an upload in memory; `release` gives its buffer back, after which `bytes` are no longer its own. */
export interface UploadPart {
  readonly bytes: Uint8Array;
  readonly release: () => void;
}

/** Cuts a stream into parts of one size; an empty part is the end. */
export interface PartSource {
  next(): Promise<UploadPart>;
  /** Ends the stream; for uploads that failed. */
  close(): Promise<void>;
}

/**
 * Cuts bytes into parts of `partBytes`. Buffers are used again: garbage of many megabytes outlives its use for
 * long, and memory would grow with the file.
 */
export function cutIntoParts(body: Bytes, partBytes: number): PartSource {
  if (body instanceof Uint8Array) return cutBuffer(body, partBytes);
  const pieces = body[Symbol.asyncIterator]();
  const free: Buffer[] = [];
  let rest: Uint8Array = new Uint8Array();
  let isOver = false;
  return {
    async next() {
      const buffer = free.pop() ?? Buffer.allocUnsafeSlow(partBytes);
      let filled = 0;
      while (filled < partBytes) {
        if (rest.length === 0) {
          const next = isOver ? undefined : await pieces.next();
          if (next === undefined || next.done === true) {
            isOver = true;
            break;
          }
          rest = next.value;
        }
        const taken = rest.subarray(0, partBytes - filled);
        buffer.set(taken, filled);
        filled += taken.length;
        rest = rest.subarray(taken.length);
      }
      let isReleased = false;
      const release = (): void => {
        if (!isReleased) free.push(buffer);
        isReleased = true;
      };
      return { bytes: buffer.subarray(0, filled), release };
    },
    async close() {
      isOver = true;
      await pieces.return?.();
    },
  };
}

function cutBuffer(bytes: Uint8Array, partBytes: number): PartSource {
  let at = 0;
  return {
    async next() {
      const part = bytes.subarray(at, at + partBytes);
      at += part.length;
      return { bytes: part, release: () => undefined };
    },
    close: async () => undefined,
  };
}
