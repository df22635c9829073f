/** Corners in pixels of the original image: left, top, right, bottom; x1 < x2 and y1 < y2, inside the image. */
export type PixelBox = readonly [x1: number, y1: number, x2: number, y2: number];

/** A box that one rater drew. */
export interface Mark {
  readonly rater: string;
  /** Index into the classes of the set. */
  readonly classId: number;
  readonly box: PixelBox;
}

/** All that was said about one image. */
export interface AnnotatedImage {
  /** The path of the image below its folder, `/` between folders, without its extension. */
  readonly id: string;
  /** Pixels of the original that the boxes were drawn on; the image file may be scaled. */
  readonly width: number;
  readonly height: number;
  /** Everyone who looked at it, sorted by code units; those without a mark found nothing. */
  readonly raters: readonly string[];
  /** In the order of `compareMarks`, or of the file where that was asked for. */
  readonly marks: readonly Mark[];
}

/** What the readers of all formats give. */
export interface Annotations {
  /** Names by class id. */
  readonly classes: readonly string[];
  /** Sorted by id. */
  readonly images: readonly AnnotatedImage[];
  /** What was put right or left out. */
  readonly trouble: ReadTrouble;
}

export interface ReadTrouble {
  /** Rows left out, with --on-bad-row drop. */
  readonly droppedRows: number;
  /** Boxes cut at the edge of their image. */
  readonly clippedBoxes: number;
  /** The first few of both, for people. */
  readonly examples: readonly string[];
}

/** Orders marks by what they say alone, so that the order of rows in a file changes nothing. */
export function compareMarks(one: Mark, other: Mark): number {
  if (one.rater !== other.rater) return one.rater < other.rater ? -1 : 1;
  if (one.classId !== other.classId) return one.classId - other.classId;
  for (let i = 0; i < 4; i++) if (one.box[i] !== other.box[i]) return one.box[i]! - other.box[i]!;
  return 0;
}

/** Intersection over union of two boxes in one unit, 0 to 1. */
export function iou(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
}
