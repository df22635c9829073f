import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { joinBytes } from '../extract/reader.ts';
import type { ReadyEntry } from './entries.ts';

/**
 * Writes a plain tar. Owners and modes are fixed, times are the one given.
 *
 * Straight over tar-stream, which is also what archiver uses: in between, archiver lets the error of an
 * entry's stream escape as an uncaught exception, and a process must not die of a disk.
 */
export async function* plainTar(entries: AsyncIterable<ReadyEntry>, modified: Date): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const feeding = feed(tar, entries, modified).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const block of tar) yield block as Uint8Array;
  } finally {
    tar.destroy(); // a reader that leaves early must not leave the feeder waiting
    await feeding;
  }
}

/** The same, gzipped. Node writes no time into a gzip header, so it is as reproducible as the tar. */
export async function* gzippedTar(
  entries: AsyncIterable<ReadyEntry>,
  options: { readonly level: number; readonly modified: Date },
): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: options.level });
  const tar = Readable.from(plainTar(entries, options.modified), { highWaterMark: 1 });
  pipeline(tar, gzip, () => undefined); // errors reach the loop below
  for await (const block of gzip) yield block as Uint8Array;
}

async function feed(tar: Pack, entries: AsyncIterable<ReadyEntry>, modified: Date): Promise<void> {
  const turn = new Turn(tar);
  for await (const entry of entries) {
    if (tar.destroying) return;
    const header = { name: entry.key, mode: 0o644, mtime: modified };
    // A header tells the size before the bytes come, so a stream of unknown length has to be gathered.
    const whole =
      entry.whole ??
      (entry.size === undefined && entry.stream !== undefined ? await joinBytes(entry.stream) : undefined);
    if (whole !== undefined) await turn.after((done) => void tar.entry({ ...header, size: whole.length }, whole, done));
    else if (entry.stream !== undefined)
      await feedStream(tar, { turn, header: { ...header, size: entry.size ?? 0 }, stream: entry.stream });
  }
  tar.finalize();
}

interface Streamed {
  readonly turn: Turn;
  readonly header: Parameters<Pack['entry']>[0];
  readonly stream: AsyncIterable<Uint8Array>;
}

async function feedStream(tar: Pack, { turn, header, stream }: Streamed): Promise<void> {
  const sink = tar.entry(header, turn.come);
  sink.on('error', () => undefined); // it repeats what the tar itself reports
  sink.on('drain', turn.come);
  for await (const piece of stream) {
    if (tar.destroying) return;
    if (!sink.write(piece)) await turn.after(() => undefined);
  }
  await turn.after(() => sink.end(null));
}

/** Waits for one thing at a time: an entry that went through, room for more, or the end of the whole tar. */
class Turn {
  readonly #tar: Pack;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(tar: Pack) {
    this.#tar = tar;
    tar.once('close', () => this.come());
  }

  readonly come = (error?: Error | null): void => {
    if (error instanceof Error) this.#reject(error);
    else this.#resolve();
  };

  /** Starts something and waits until it comes; at once when nobody reads any more, for then nothing will come. */
  async after(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.#tar.destroying) return;
    await new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      start(this.come);
    });
  }
}
