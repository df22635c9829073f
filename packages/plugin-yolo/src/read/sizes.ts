import { csvTable } from '@dataset-runner/kit/csv-rows';
import { yoloFailures } from '../failures.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the sizes of originals by image id: columns `image_id` with `dim0` (height) and `dim1` (width), as Kaggle's
 * `train_meta.csv` has them, or with `height` and `width`. Throws `table.*` and `yolo.row-invalid`.
 */
export function readSizes(text: string | Uint8Array, file: string): ReadonlyMap<string, ImageSize> {
  const table = csvTable(text, { file, required: ['image_id'] });
  const named = table.columns.includes('height');
  const [heightName, widthName] = named ? ['height', 'width'] : ['dim0', 'dim1'];
  csvTable(table.columns.join(','), { file, required: [heightName, widthName] });
  const [id, height, width] = ['image_id', heightName, widthName].map((name) => table.columns.indexOf(name));
  const sizes = new Map<string, ImageSize>();
  for (const { line, cells } of table.rows) {
    const size = { width: Number(cells[width!]), height: Number(cells[height!]) };
    if (!(size.width > 0 && size.height > 0)) {
      throw yoloFailures['row-invalid']({ file, line, why: `${cells[width!]} x ${cells[height!]} is no size` });
    }
    sizes.set(cells[id!]!, size);
  }
  return sizes;
}
