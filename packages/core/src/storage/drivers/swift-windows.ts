import { readHttp, type SendGet } from './http-read.ts';

/** Bytes from `start` up to, and not with, `end`. */
interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Parts of a file of segments, each from the middle of one segment to the middle of the next.
 *
 * A service that is asked for a whole segment hashes what it reads of it, on the same processors for a second time: the
 * reader compares the same digest. Of what is part of a segment there is none to compare.
 */
export function windowsOf(segments: readonly { readonly sizeBytes: number }[]): Window[] {
  const windows: Window[] = [];
  let [start, at] = [0, 0];
  for (const { sizeBytes } of segments) {
    const middle = at + Math.floor(sizeBytes / 2);
    if (middle > start) windows.push({ start, end: middle });
    start = middle;
    at += sizeBytes;
  }
  if (at > start) windows.push({ start, end: at });
  return windows;
}

/** Reads window after window; the next one is asked for while one is read. */
export async function* readWindows(
  get: SendGet,
  windows: readonly Window[],
  what: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ask = (window: Window | undefined): ReturnType<SendGet> | undefined => {
    const asked = window === undefined ? undefined : get({ range: `bytes=${window.start}-${window.end - 1}` });
    // Its failure is thrown when it is its turn; who has left hears of none.
    asked?.catch(() => undefined);
    return asked;
  };
  let next = ask(windows[0]);
  try {
    for (const [i, window] of windows.entries()) {
      let answer = await next;
      // On its way the range was lost: what is left comes with this answer, and would with every other one.
      const isWhole = answer?.status === 200;
      next = isWhole ? undefined : ask(windows[i + 1]);
      const send: SendGet = async (headers) => {
        const first = answer;
        answer = undefined;
        return first ?? get(headers);
      };
      yield* await readHttp(send, what, isWhole ? { start: window.start } : window, signal);
      if (isWhole) return;
    }
  } finally {
    void next?.then((answer) => answer.discard()).catch(() => undefined);
  }
}
