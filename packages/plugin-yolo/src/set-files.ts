/**
 * The small files of a set: `data.yaml` for Ultralytics, `classes.txt`, `summary.json`.
 *
 * `data.yaml` has no `path`: Ultralytics then looks beside the file, while a relative `path` would be looked for in the
 * current folder and in its own data folder.
 */

/** Names as a YAML mapping by class id; quoted, for a class may be called `No` or `Nodule/Mass`. */
function namesYaml(classes: readonly string[]): string {
  return `nc: ${classes.length}\nnames:\n${classes.map((name, id) => `  ${id}: ${JSON.stringify(name)}\n`).join('')}`;
}

/** What Ultralytics calls a split of `splits.csv`. */
export function ultralyticsName(split: string): string {
  return split === 'training' ? 'train' : split === 'validation' ? 'val' : split;
}

/** `data.yaml` with one line for each key, for example `train: training/images`. */
export function dataYaml(keys: { readonly [key: string]: string }, classes: readonly string[]): string {
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}\n`);
  return `${lines.join('')}${namesYaml(classes)}`;
}

/** `classes.txt`: a line `id name` for each class, as the system before wrote it. */
export function classesText(classes: readonly string[]): string {
  return classes.map((name, id) => `${id} ${name}\n`).join('');
}

/** `summary.json` of convert; split adds `splits`, the number of images of each. */
export interface Summary {
  readonly schema: 1;
  readonly total_unique_images: number;
  /** Pairs of an image and a rater who looked at it. */
  readonly total_image_radiologist_combinations: number;
  /** Label files. */
  readonly labels_created: number;
  /** Image files; 0 for a set without images. */
  readonly images_copied: number;
  /** Label files without objects. */
  readonly empty_labels: number;
  readonly boxes: number;
  readonly classes: readonly {
    readonly id: number;
    readonly name: string;
    readonly boxes: number;
    readonly images: number;
  }[];
  readonly raters: string;
  readonly warnings: {
    readonly dropped_rows: number;
    readonly clipped_boxes: number;
    /** Annotated, but not in the place of the images; left out. */
    readonly rows_without_image: number;
    /** In the place of the images, but not annotated; left out. */
    readonly images_without_row: number;
    /** Files of 0 bytes; left out. */
    readonly empty_images: number;
    readonly examples: readonly string[];
  };
  /** Images by split, once it is divided. */
  readonly splits?: { readonly [split: string]: number };
  /** Then also how images were grouped, where they were: by a pattern in their names, or by a table. */
  readonly grouping?: { readonly pattern: string } | { readonly table: string };
}

export function summaryText(summary: Summary): string {
  return `${JSON.stringify(summary, undefined, 2)}\n`;
}
