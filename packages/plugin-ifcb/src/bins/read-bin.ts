import { type FileRef, refUrl } from '@dataset-runner/core/plugin';
import { ifcbFailures } from '../failures.ts';
import { type Adc, parseAdc } from './adc.ts';
import { type BinId, parseBinId } from './bin-id.ts';
import type { BinFiles } from './find-bins.ts';
import { type Header, parseHeader } from './header.ts';
import { binImages } from './images.ts';
import type { RoiImage } from './stitch.ts';

/** A raw bin in memory. */
export interface Bin {
  readonly id: BinId;
  readonly header: Header;
  readonly adc: Adc;
  /** Its images in the order of their numbers, halves put together; see {@link binImages}. */
  images(): Generator<RoiImage>;
}

/** Reads all bytes of a file; a step's tool of this name. */
type ReadBytes = (ref: FileRef, options?: { readonly lent?: boolean }) => Promise<Uint8Array>;

/**
 * Reads a whole bin: about the size of its .roi file in memory, which is lent: images are views of it and end with the item.
 *
 * Throws `ifcb.bin-duplicate`, `ifcb.bin-incomplete` and what the three files' own readers throw.
 */
export async function readBin(files: BinFiles, bytes: ReadBytes): Promise<Bin> {
  const { id, header, adc } = await readBinTables(files, bytes);
  const ref = required(files, 'roi');
  const roi = await bytes(ref, { lent: true });
  return { id, header, adc, images: () => binImages(adc, roi, { file: refUrl(ref) }) };
}

/** Reads what a bin says of its images without the images themselves: header and .adc. Throws as {@link readBin} does. */
export async function readBinTables(files: BinFiles, bytes: ReadBytes): Promise<Pick<Bin, 'id' | 'header' | 'adc'>> {
  const id = parseBinId(files.key);
  if (id === undefined) throw new Error(`'${files.key}' is no name of a bin`);
  if (files.also !== undefined) {
    const folder = files.adc.key.slice(0, Math.max(0, files.adc.key.lastIndexOf('/')));
    const places = [folder, ...files.also].map((name) => `'${name === '' ? '.' : name}'`);
    throw ifcbFailures['bin-duplicate']({ bin: files.key, places });
  }
  const hdr = required(files, 'hdr');
  const header = parseHeader(await bytes(hdr), { file: refUrl(hdr) });
  const ref = files.corrected ?? files.adc;
  const format = header.adcFormat === undefined ? {} : { format: header.adcFormat };
  const adc = parseAdc(await bytes(ref), { style: id.style, file: refUrl(ref), ...format });
  return { id, header, adc };
}

function required(files: BinFiles, kind: 'hdr' | 'roi'): FileRef {
  const ref = files[kind];
  if (ref === undefined)
    throw ifcbFailures['bin-incomplete']({ bin: files.key, missing: `.${kind}`, beside: refUrl(files.adc) });
  return ref;
}
