import { csvTable } from '@dataset-runner/kit/csv-rows';
import type { Annotations } from '../annotation.ts';
import { yoloFailures } from '../failures.ts';
import { Collector } from './collector.ts';
import type { ReadOptions } from './read-options.ts';
import { readSizes } from './sizes.ts';

const columns = ['image_id', 'class_name', 'class_id', 'rad_id', 'x_min', 'y_min', 'x_max', 'y_max'] as const;

/**
 * Reads the findings of VinBigData's `train.csv`: one row for each box of each radiologist, pixels of the original.
 *
 * A row of the class "No finding" says that its radiologist found nothing; its coordinates are not looked at. Class ids
 * are those of the file. Throws `table.*`, `yolo.size-missing` and `yolo.row-invalid`.
 */
export function readVinBigData(
  text: string | Uint8Array,
  sizesText: string | Uint8Array,
  options: ReadOptions,
): Annotations {
  const { file } = options;
  const sizes = readSizes(sizesText, options.sizesFile ?? 'the sizes');
  const table = csvTable(text, { file, required: columns });
  // One variable for each column: a list of cells made anew for every row costs as much as reading the file.
  const [imageAt, nameAt, idAt, raterAt, x1At, y1At, x2At, y2At] = columns.map((name) =>
    table.columns.indexOf(name),
  ) as [number, number, number, number, number, number, number, number];
  const collector = new Collector(options);
  const names = new ClassNames(options);
  const isNothing = sayingNothing(options.noFinding);
  for (const { line, cells } of table.rows) {
    const image = cells[imageAt]!;
    const rater = cells[raterAt]!;
    const className = cells[nameAt]!;
    if (image === '' || rater === '') {
      collector.bad(line, `${image === '' ? 'image_id' : 'rad_id'} is empty`);
      continue;
    }
    const size = sizes.get(image);
    if (size === undefined) throw yoloFailures['size-missing']({ image, where: options.sizesFile ?? 'the sizes' });
    if (isNothing(className)) {
      collector.add({ image, rater, line, size });
    } else {
      const classId = numberOf(cells[idAt]!);
      const why = names.faultOf(classId, className);
      const box = [numberOf(cells[x1At]!), numberOf(cells[y1At]!), numberOf(cells[x2At]!), numberOf(cells[y2At]!)];
      if (why !== undefined) collector.bad(line, why);
      else collector.add({ image, rater, line, size, mark: { classId, box } });
    }
  }
  return { classes: names.list(), images: collector.images(), trouble: collector.trouble() };
}

/** An empty cell is no 0, as Number('') would have it. */
function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

/** Compares in any case of letters, but folds each name only once. */
function sayingNothing(noFinding: string): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let is = known.get(name);
    if (is === undefined) known.set(name, (is = name.toLowerCase() === noFinding.toLowerCase()));
    return is;
  };
}

/** The classes of a file that gives ids and names: one name for one id, and those of the config where they are given. */
class ClassNames {
  readonly #known: readonly string[] | undefined;
  readonly #found = new Map<number, string>();

  constructor({ classes }: ReadOptions) {
    this.#known = classes;
  }

  faultOf(id: number, name: string): string | undefined {
    const expected = this.#found.get(id) ?? this.#known?.[id];
    if (expected === name) return undefined;
    if (!Number.isSafeInteger(id) || id < 0 || id > 9_999) return `class_id ${id} is no class id`;
    if (expected !== undefined) return `class ${id} is called '${name}' here and '${expected}' elsewhere`;
    if (this.#known !== undefined) return `class ${id} '${name}' is unknown: there are ${this.#known.length}`;
    if (name === '') return `class ${id} has no name`;
    this.#found.set(id, name);
    return undefined;
  }

  list(): readonly string[] {
    if (this.#known !== undefined) return this.#known;
    const count = Math.max(-1, ...this.#found.keys()) + 1;
    return Array.from({ length: count }, (_, id) => this.#found.get(id) ?? `class_${id}`);
  }
}
