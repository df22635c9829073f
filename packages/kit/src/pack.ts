import { type PackEntries, readyEntries } from './pack/entries.ts';
import { gzippedTar, plainTar } from './pack/tar.ts';
import { deflatedZip } from './pack/through-archiver.ts';
import { dosTimeOf } from './pack/zip-bytes.ts';
import { storedZip } from './pack/zip-store.ts';

export type { PackBytes, PackEntries, PackEntry } from './pack/entries.ts';

export interface PackOptions {
  /** The time every entry gets. Default 1980-01-01 UTC: the clock would make every archive another one. */
  readonly modified?: Date;
}

export interface ZipOptions extends PackOptions {
  /** 0 stores (images do not shrink), 1 to 9 deflate. Default 0. */
  readonly level?: number;
}

export interface TarOptions extends PackOptions {
  /** 1 to 9 make a tar.gz. Default: a plain tar. */
  readonly gzipLevel?: number;
}

const firstDosDay = new Date(Date.UTC(1980, 0, 1));

/**
 * Packs files into a zip, as bytes to write to any store at that store's pace.
 *
 * The same entries give the same bytes on every run and in every time zone (deflated ones with the same
 * zlib). Files and archives may be larger than 4 GiB. Throws `kit.pack-order` for keys that do not rise,
 * `kit.pack-size` for bytes that do not match a size, and the `kit.entry-*` failures for names that are no
 * safe relative paths or that fall together on some file system.
 */
export function packZip(entries: PackEntries, options: ZipOptions = {}): AsyncGenerator<Uint8Array> {
  const { level = 0, modified = firstDosDay } = options;
  if (!Number.isInteger(level) || level < 0 || level > 9) throw new RangeError(`level is 0 to 9, not ${level}`);
  const dosTime = dosTimeOf(modified);
  if (level === 0) return storedZip(readyEntries(entries), dosTime);
  return deflatedZip(readyEntries(entries), { level, modified });
}

/**
 * Packs files into a tar or tar.gz, as bytes to write to any store at that store's pace.
 *
 * Deterministic, and with the failures of {@link packZip}. A tar needs each size before the bytes: streams
 * without `size` are gathered in memory.
 */
export function packTar(entries: PackEntries, options: TarOptions = {}): AsyncGenerator<Uint8Array> {
  const { gzipLevel, modified = firstDosDay } = options;
  if (gzipLevel === undefined) return plainTar(readyEntries(entries), modified);
  return gzippedTar(readyEntries(entries), { level: gzipLevel, modified });
}
