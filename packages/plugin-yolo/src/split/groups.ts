import { csvTable } from '@dataset-runner/kit/csv-rows';
import { yoloFailures } from '../failures.ts';
import { imageId } from '../read/image-id.ts';

/** Finds the group of an image by its id. */
export type GroupOf = (image: string) => string;

/** Each image by itself. */
export const byImage: GroupOf = (image) => image;

/** The first capture of a pattern in the image's id, or the whole match; throws `yolo.group-missing`. */
export function byPattern(pattern: string): GroupOf {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    throw yoloFailures['split-sizes']({ why: `--group-by: ${(error as Error).message}` });
  }
  return (image) => {
    const match = expression.exec(image);
    const group = match?.[1] ?? match?.[0];
    if (group === undefined || group === '')
      throw yoloFailures['group-missing']({ image, where: `the pattern ${pattern}` });
    return group;
  };
}

/** The column of a table by image; as NIH's `Data_Entry` has `Image Index` and `Patient ID`. Throws `yolo.group-missing`. */
export function byTable(
  text: string | Uint8Array,
  options: { readonly file: string; readonly imageColumn: string; readonly groupColumn: string },
): GroupOf {
  const { file, imageColumn, groupColumn } = options;
  const table = csvTable(text, { file, required: [imageColumn, groupColumn] });
  const [image, group] = [imageColumn, groupColumn].map((name) => table.columns.indexOf(name));
  const groups = new Map<string, string>();
  for (const { cells } of table.rows) groups.set(imageId(cells[image!]!), cells[group!]!);
  return (id) => {
    const found = groups.get(id);
    if (found === undefined || found === '') throw yoloFailures['group-missing']({ image: id, where: file });
    return found;
  };
}
