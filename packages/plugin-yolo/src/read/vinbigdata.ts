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
  const at = columns.map((name) => table.columns.indexOf(name));
  const collector = new Collector(options);
  const names = new ClassNames(options);
  for (const { line, cells } of table.rows) {
    const [image = '', className = '', idText = '', rater = '', ...corners] = at.map((place) => cells[place]!);
    const size = sizes.get(image);
    if (size === undefined) throw yoloFailures['size-missing']({ image, where: options.sizesFile ?? 'the sizes' });
    if (image === '' || rater === '') {
      collector.bad(line, `${image === '' ? 'image_id' : 'rad_id'} is empty`);
    } else if (className.toLowerCase() === options.noFinding.toLowerCase()) {
      collector.add({ image, rater, line, size });
    } else {
      const classId = Number(idText === '' ? NaN : idText);
      const why = names.faultOf(classId, className);
      // An empty cell is no 0: Number('') would say so.
      const box = corners.map((corner) => (corner.trim() === '' ? NaN : Number(corner)));
      if (why !== undefined) collector.bad(line, why);
      else collector.add({ image, rater, line, size, mark: { classId, box } });
    }
  }
  return { classes: names.list(), images: collector.images(), trouble: collector.trouble() };
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
