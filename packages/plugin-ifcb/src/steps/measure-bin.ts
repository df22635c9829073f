import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { packZip } from '@dataset-runner/kit/pack';
import { encodeGrayPng } from '@dataset-runner/kit/png-encode';
import { tableToParquet } from '@dataset-runner/kit/table';
import { imageName } from '../bins/bin-id.ts';
import type { BinFiles } from '../bins/find-bins.ts';
import { readBin } from '../bins/read-bin.ts';
import { featuresCsv, featuresTable, multiblobCsv } from '../features/feature-files.ts';
import type { Mask } from '../features/mask.ts';
import { PhaseCongruency } from '../features/phase-congruency.ts';
import { type Measured, measureRoi } from '../features/roi-features.ts';
import { segment } from '../features/segment.ts';

/** Which files are written beside the features. */
export interface MeasureSettings {
  readonly masks: 'none' | 'zip' | 'png';
  readonly parquet: boolean;
}

/** What was measured in a bin. */
export interface MeasuredBin {
  /** The bin's id. */
  readonly key: string;
  readonly images: number;
  /** Images in which nothing was found. */
  readonly withoutBlob: number;
  /** `<bin>_features_v4.csv`. */
  readonly features: FileRef;
}

/** Segments every image of one bin and measures what it finds. */
export const measureBin = defineStep({
  name: 'measure-bin',
  needs: ({ roi }: BinFiles) => ({ cpu: true, memoryMb: 96 + Math.ceil(((roi?.size ?? 0) * 2) / 1e6) }),
  open: () => new PhaseCongruency(),
  async work(
    files: BinFiles,
    { bytes, output, opened, uses, signal, progress }: Tools<MeasureSettings, PhaseCongruency>,
  ): Promise<MeasuredBin> {
    const bin = await readBin(files, bytes);
    const { key } = files;
    const measured: Measured[] = [];
    const masks: { readonly key: string; readonly bytes: Uint8Array }[] = [];
    for (const image of bin.images()) {
      signal.throwIfAborted();
      const mask = segment(image, opened);
      measured.push(measureRoi(image.target, mask));
      if (uses.masks !== 'none') masks.push({ key: `${imageName(key, image.target)}.png`, bytes: pngOf(mask) });
      progress(measured.length, bin.adc.boxes.length);
    }
    const rows = measured.map(({ row }) => row);
    const csv = featuresCsv(rows);
    const features = await output.write(`${key}_features_v4.csv`, csv);
    // The dashboard looks for this name, everybody else for the other.
    await output.write(`${key}_fea_v4.csv`, csv);
    await output.write(`multiblob/${key}_multiblob_v4.csv`, multiblobCsv(measured));
    if (uses.parquet) await output.write(`${key}_features_v4.parquet`, await tableToParquet(featuresTable(rows)));
    if (uses.masks === 'zip') await output.write(`${key}_blobs_v4.zip`, packZip(masks));
    if (uses.masks === 'png') {
      const folder = await output.folder(`${key}_blobs_v4`);
      for (const mask of masks) await folder.write(mask.key, mask.bytes);
      await folder.close();
    }
    return { key, images: rows.length, withoutBlob: rows.filter(({ numBlobs }) => numBlobs === 0).length, features };
  },
});

function pngOf({ data, width, height }: Mask): Uint8Array {
  return encodeGrayPng({ data: data.map((value) => value * 255), width, height });
}
