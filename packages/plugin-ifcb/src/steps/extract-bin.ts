import { defineStep, type FolderRef, type Tools } from '@dataset-runner/core/plugin';
import { grayPngView } from '@dataset-runner/kit/png-encode';
import { adjust, type Adjustment } from '../bins/adjust.ts';
import { imageName } from '../bins/bin-id.ts';
import type { BinFiles } from '../bins/find-bins.ts';
import { readBin } from '../bins/read-bin.ts';
import { ifcbFailures } from '../failures.ts';

/** How images are taken out of bins. */
export interface ExtractSettings extends Adjustment {
  /** Images whose longer side has fewer pixels are left out. */
  readonly minSize: number;
  readonly skipBeads: boolean;
  readonly empty: 'fail' | 'keep';
}

/** What came out of a bin. */
export interface ExtractedBin {
  /** The bin's id. */
  readonly key: string;
  readonly images: number;
  /** Left out for their size. */
  readonly small: number;
  /** v1 images put together from two. */
  readonly stitched: number;
  readonly isBeads: boolean;
  /** `<bin>/` with the images; not there when there are none. */
  readonly folder?: FolderRef;
}

/** Takes every image out of one bin: a folder of PNGs, published whole or not at all. */
export const extractBin = defineStep({
  name: 'extract-bin',
  needs: ({ roi }: BinFiles) => ({ cpu: true, memoryMb: 32 + Math.ceil(((roi?.size ?? 0) * 2) / 1e6) }),
  async work(
    files: BinFiles,
    { bytes, output, uses, signal, progress }: Tools<ExtractSettings>,
  ): Promise<ExtractedBin> {
    const { minSize, skipBeads, empty, ...adjustment } = uses;
    const bin = await readBin(files, bytes);
    const nothing = { key: files.key, images: 0, small: 0, stitched: 0, isBeads: bin.header.isBeads };
    if (skipBeads && bin.header.isBeads) return nothing;
    if (bin.adc.boxes.length === 0) {
      if (empty === 'keep') return nothing;
      throw ifcbFailures['bin-empty']({ file: bin.adc.file, rows: bin.adc.rowCount });
    }
    let [images, small, stitched] = [0, 0, 0];
    // Before the folder: a bin that cannot be read stages nothing.
    const found = bin.images();
    const folder = await output.folder(files.key);
    for (const image of found) {
      signal.throwIfAborted();
      if (Math.max(image.width, image.height) < minSize) {
        small++;
        continue;
      }
      const { width, height, pixels: data } = image;
      await folder.write(
        `${imageName(files.key, image.target)}.png`,
        grayPngView(adjust({ data, width, height }, adjustment)),
      );
      if (image.stitched !== undefined) stitched++;
      images++;
      progress(images, bin.adc.boxes.length);
    }
    return { ...nothing, images, small, stitched, folder: await folder.close() };
  },
});
