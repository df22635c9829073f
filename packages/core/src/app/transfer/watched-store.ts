import { sleep } from '../../lib/retry.ts';
import { wholeOf } from '../../lib/whole-stream.ts';
import { joinPlace } from '../../model/file-ref.ts';
import type { Store } from '../../model/store.ts';
import { changedWhileRead, provenDigestOf } from '../../storage/verified-stream.ts';

export interface Watch {
  /** Told of every piece that was read. */
  readonly onBytes: (sizeBytes: number) => void;
  /** Lets so many bytes pass in a second, over all files. */
  readonly limit?: Pace;
}

/** A store whose reads are counted, and held back where a limit is set. */
export function watchedStore(store: Store, { onBytes, limit }: Watch): Store {
  const read: Store['read'] = async (key, options) => {
    const isLocal = store.localPath(key) !== undefined;
    const before = isLocal ? await store.stat(key) : undefined;
    const bytes = await store.read(key, options);
    const whole = wholeOf(bytes);
    if (whole !== undefined && before === undefined) {
      onBytes(whole.length);
      if (limit !== undefined) await limit.pass(whole.length, options?.signal);
      return bytes;
    }
    const watched = (async function* () {
      for await (const piece of bytes) {
        onBytes(piece.length);
        if (limit !== undefined) await limit.pass(piece.length, options?.signal);
        yield piece;
      }
      // Before the end is told: the target then makes nothing visible. Another size is seen by the next comparison.
      const after = before === undefined ? undefined : await store.stat(key);
      if (after?.size === before?.size && after?.version !== before?.version)
        throw changedWhileRead(joinPlace(store.place, key));
    })();
    return Object.assign(watched, { provenDigest: provenDigestOf(bytes) });
  };
  const names = ['stat', 'write', 'list', 'remove', 'copy', 'move', 'digest', 'signedUrl', 'close'] as const;
  const bound = Object.fromEntries(names.map((name) => [name, (store[name] as () => unknown).bind(store)]));
  return {
    ...(bound as unknown as Store),
    place: store.place,
    guarantees: store.guarantees,
    can: store.can,
    read,
    // A file that is copied by its path, or inside its service, passes no limit.
    ...(limit === undefined
      ? { localPath: (key: string) => store.localPath(key) }
      : { localPath: () => undefined, can: { ...store.can, copy: false } }),
  };
}

/** A speed: bytes per second, with up to a tenth of a second's worth at once. */
export class Pace {
  readonly #bytesPerMs: number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1_000;
  }

  async pass(sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs - 100) + sizeBytes / this.#bytesPerMs;
    const waitMs = this.#freeAtMs - nowMs;
    if (waitMs > 0) await sleep(waitMs, signal);
  }
}
