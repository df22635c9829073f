import { gunzipSync } from 'node:zlib';
import { FailureError, type FileRef } from '@dataset-runner/core/plugin';
import { csvTable } from '@dataset-runner/kit/csv-rows';
import { yoloFailures } from '../failures.ts';
import { imageId } from '../read/image-id.ts';

/** Finds the group of an image by its id. */
export type GroupOf = (image: string) => string;

/** How the images of a set are grouped: by a pattern, by a table, or, without either, each by itself. */
export interface Grouping {
  readonly pattern?: string;
  /** May be gzipped. */
  readonly table?: { readonly file: FileRef; readonly imageColumn: string; readonly groupColumn: string };
}

/** The table goes before the pattern. */
export async function readGrouping(
  { pattern, table }: Grouping,
  bytes: (file: FileRef) => Promise<Uint8Array>,
): Promise<GroupOf> {
  if (table !== undefined) {
    const packed = await bytes(table.file);
    const text = packed[0] === 0x1f && packed[1] === 0x8b ? gunzipSync(packed) : packed;
    return byTable(text, { ...table, file: table.file.key });
  }
  return pattern === undefined ? byImage : byPattern(pattern);
}

/** The group, or undefined for an image that has none. */
export function groupIfAny(groupOf: GroupOf, image: string): string | undefined {
  try {
    return groupOf(image);
  } catch (error) {
    if (error instanceof FailureError && error.failure.code === 'yolo.group-missing') return undefined;
    throw error;
  }
}

/** Each image by itself. */
const byImage: GroupOf = (image) => image;

/** The first capture of a pattern in the image's id, or the whole match; throws `yolo.pattern-invalid` and `yolo.group-missing`. */
export function byPattern(pattern: string): GroupOf {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    throw yoloFailures['pattern-invalid']({ pattern, why: (error as Error).message });
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
