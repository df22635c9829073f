import { type AnnotatedImage, compareMarks, type Mark, type PixelBox, type ReadTrouble } from '../annotation.ts';
import { yoloFailures } from '../failures.ts';

export interface CollectorOptions {
  /** What failures call the file. */
  readonly file: string;
  readonly onBadRow: 'error' | 'drop';
  /** `canonical`: the order of rows changes nothing. `file`: marks of a rater stay in the order of the file. */
  readonly markOrder: 'canonical' | 'file';
}

/** A statement of a rater about an image; without a box it says that nothing was found. */
export interface Statement {
  readonly image: string;
  readonly rater: string;
  /** 1-based, of the file. */
  readonly line: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly mark?: { readonly classId: number; readonly box: readonly number[] };
}

interface Gathered {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly raters: Set<string>;
  readonly marks: Mark[];
}

const examplesKept = 5;

/** Gathers statements image by image, checks every box and cuts it at the edge; what is wrong is named by its line. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #images = new Map<string, Gathered>();
  readonly #examples: string[] = [];
  #droppedRows = 0;
  #clippedBoxes = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Throws `yolo.row-invalid`, or counts the row where rows may be dropped. */
  bad(line: number, why: string): void {
    if (this.#options.onBadRow === 'error') {
      throw yoloFailures['row-invalid']({ file: this.#options.file, line, why });
    }
    this.#droppedRows++;
    this.#note(`line ${line}: ${why}`);
  }

  add({ image, rater, line, size, mark }: Statement): void {
    let gathered = this.#images.get(image);
    if (gathered === undefined) {
      gathered = { id: image, ...size, raters: new Set(), marks: [] };
      this.#images.set(image, gathered);
    }
    // Whoever drew a box that has to be dropped still looked at the image.
    gathered.raters.add(rater);
    if (mark === undefined) return;
    const why = faultOf(mark.box, size);
    if (why !== undefined) return this.bad(line, why);
    gathered.marks.push({ rater, classId: mark.classId, box: this.#clip(mark.box as unknown as PixelBox, size, line) });
  }

  /** Sorted by id. */
  images(): AnnotatedImage[] {
    const order = this.#options.markOrder === 'canonical' ? compareMarks : byRater;
    return [...this.#images.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((image) => ({ ...image, raters: [...image.raters].sort(), marks: image.marks.sort(order) }));
  }

  trouble(): ReadTrouble {
    return { droppedRows: this.#droppedRows, clippedBoxes: this.#clippedBoxes, examples: this.#examples };
  }

  // As a box: clamping centre and size one by one, as is often done, moves boxes that hang over an edge.
  #clip(box: PixelBox, { width, height }: Statement['size'], line: number): PixelBox {
    const [x1, y1, x2, y2] = box;
    if (x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height) return box;
    this.#clippedBoxes++;
    this.#note(`line ${line}: the box hangs over the edge of the image`);
    return [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  }

  #note(example: string): void {
    if (this.#examples.length < examplesKept) this.#examples.push(example);
  }
}

function faultOf(box: readonly number[], { width, height }: Statement['size']): string | undefined {
  const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = box;
  if (!box.every(Number.isFinite)) return `a coordinate of [${box.join(', ')}] is no number`;
  if (x2 < x1 || y2 < y1) return `the corners of [${box.join(', ')}] are reversed`;
  if (x2 === x1 || y2 === y1) return `the box [${box.join(', ')}] has no area`;
  if (x2 <= 0 || y2 <= 0 || x1 >= width || y1 >= height) {
    return `the box [${box.join(', ')}] lies outside the image of ${width} x ${height}`;
  }
  return undefined;
}

// Stable, so that marks of one rater keep their order.
function byRater(one: Mark, other: Mark): number {
  return one.rater < other.rater ? -1 : one.rater > other.rater ? 1 : 0;
}
