import { HttpTrouble, shownUrl } from './http-trouble.ts';

interface Upload {
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

interface UploadWatch {
  readonly isAnswered: () => boolean;
  /** Resolves when the exchange is over. */
  readonly settled: () => Promise<void>;
  readonly onProgress: () => void;
}

// Each piece that the network took shows that the service still listens.
const pieceBytes = 256 * 1024;

/** A body as it is sent, and whether the service can have all of it by now. */
export interface SentBody {
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly isWhole: boolean;
}

/** Watches over a body that is sent; a short one in memory goes as it is. */
export function sentBody(upload: Upload, watch: UploadWatch): SentBody {
  const { body } = upload;
  if (body === undefined || (body instanceof Uint8Array && body.length <= pieceBytes)) return { body, isWhole: true };
  return new WatchedBody(upload, body instanceof Uint8Array ? cut(body) : body, watch);
}

class WatchedBody implements SentBody {
  readonly body: AsyncIterable<Uint8Array>;
  isWhole = false;

  constructor(upload: Upload, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, watch: UploadWatch) {
    this.body = this.#watched(upload, pieces, watch);
  }

  async *#watched(
    { url, headers }: Upload,
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { isAnswered, settled, onProgress }: UploadWatch,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const announced = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    const iterator = asyncIterator(pieces);
    let ahead: Promise<IteratorResult<Uint8Array, unknown>> | undefined;
    let sent = 0;
    try {
      for (;;) {
        const next = await (ahead ?? iterator.next());
        if (next.done === true) break;
        const piece = next.value;
        // An early refusal (507, 401): what is left would be sent for nothing.
        if (isAnswered() && sent !== announced) return await settled();
        sent += piece.length;
        if (announced !== undefined && sent > announced) throw wrongLength(url, sent, announced);
        onProgress();
        // With a length the service has everything before we know that the stream is at its end: it may answer by then.
        this.isWhole = sent === announced;
        // A connection whose request has not ended when its answer has is not kept: its end is looked for beforehand.
        ahead = this.isWhole ? iterator.next() : undefined;
        if (ahead !== undefined) await settledSoon(ahead);
        yield piece;
      }
    } finally {
      await iterator.return?.();
    }
    // The request is destroyed by the throw, so the service sees a cut and not a short file.
    if (announced !== undefined && sent !== announced) throw wrongLength(url, sent, announced);
    if (announced === undefined && isAnswered()) return settled();
    this.isWhole = true;
    onProgress();
  }
}

function asyncIterator(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterator<Uint8Array, unknown> {
  if (Symbol.asyncIterator in pieces) return pieces[Symbol.asyncIterator]();
  const iterator = pieces[Symbol.iterator]();
  return { next: async () => iterator.next() };
}

// As long as a file takes to tell its end.
const soonMs = 5;

/** Waits until a promise is settled, in whatever way, though not for long. */
async function settledSoon(promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, soonMs);
  });
  await Promise.race([promise.catch(() => undefined), late]);
  clearTimeout(timer);
}

function* cut(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

function wrongLength(url: URL, sent: number, announced: number): HttpTrouble {
  return new HttpTrouble('cut', `the upload to ${shownUrl(url)} has ${sent} bytes or more instead of ${announced}`);
}
