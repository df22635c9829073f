import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** Bytes of one hash; answers come in the order of the requests. */
export interface HashRequest {
  readonly id: number;
  readonly algorithm: string;
  readonly isFirst: boolean;
  /** Not written to before the answer. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** `given-up`: nobody will ask for the digest. */
  readonly end?: 'digest' | 'given-up';
}

export interface HashReply {
  /** At the end of a hash. */
  readonly digest?: Uint8Array;
}

const running = new Map<number, Hash>();

function answer({ id, algorithm, isFirst, bytes, end }: HashRequest): HashReply {
  const hash = isFirst ? createHash(algorithm) : running.get(id);
  // Another thread had its first bytes, and is gone.
  if (hash === undefined) throw new Error('a hash whose start is lost');
  if (end === undefined) running.set(id, hash);
  else running.delete(id);
  if (end === 'given-up') return {};
  hash.update(bytes);
  return end === undefined ? {} : { digest: hash.digest() };
}

parentPort?.on('message', (request: HashRequest) => parentPort?.postMessage(answer(request)));
