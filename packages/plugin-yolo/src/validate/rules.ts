/** `error`: Ultralytics drops or misreads it, or a score would be wrong. `warning`: look at it. `info`: good to know. */
export type Level = 'error' | 'warning' | 'info';

/** Every rule of the validator: its level, and what breaks it. The codes are stable; reports and SARIF carry them. */
export const rules = {
  'data-unreadable': ['error', 'data.yaml has a line that cannot be read'],
  'data-split-missing': ['error', 'data.yaml lacks train or val'],
  'data-names': ['error', 'data.yaml has neither names nor nc, or their counts differ'],
  'data-names-duplicate': ['error', 'two classes have one name'],
  'data-download': ['warning', 'data.yaml has a download line, which Ultralytics runs as a program'],
  'data-path': ['info', 'data.yaml has a path, which is looked for in other folders first'],
  'split-empty': ['warning', 'a split has no images'],
  'image-unreadable': ['error', 'an image is empty, cut short or no image'],
  'image-small': ['error', 'a side of an image has fewer than 10 pixels'],
  'image-format': ['error', 'the extension of an image is not that of its format'],
  'image-colour': ['warning', 'an image is 16-bit, has an alpha channel or is CMYK'],
  'image-rotated': ['warning', 'an image is rotated by its EXIF data'],
  'image-sizes-mixed': ['info', 'images of one set have several sizes'],
  'image-across-splits': ['error', 'the same image stands in two splits'],
  'group-across-splits': ['error', 'one group (a patient) stands in two splits'],
  'image-near-across-splits': ['warning', 'nearly the same image stands in two splits'],
  'stem-shared': ['error', 'two images share one label file'],
  'case-collision': ['error', 'two names differ in the case of letters only'],
  'label-columns': ['error', 'a row has a wrong number of columns'],
  'label-confidence': ['error', 'a row has a sixth column, as predictions have'],
  'label-number': ['error', 'a value is no finite number'],
  'label-mixed': ['error', 'a file mixes boxes and polygons; Ultralytics turns the boxes into wrong ones'],
  'polygon-points': ['error', 'a polygon has half a point or fewer than three'],
  'class-not-integer': ['error', 'a class is no whole number'],
  'class-range': ['error', 'a class is below 0 or not among the names'],
  'coordinate-range': ['error', 'a coordinate is outside 0 to 1'],
  'box-empty': ['error', 'a box has no width or height'],
  'box-over-edge': ['warning', 'a box hangs over the edge of its image'],
  'row-duplicate': ['warning', 'a row stands twice in a file'],
  'box-near-duplicate': ['warning', 'two boxes of one class overlap by more than 0.95'],
  'box-several-classes': ['info', 'one box has several classes'],
  'box-tiny': ['warning', 'a box is smaller than 0.00001 of its image or thinner than 4 pixels at 640'],
  'box-aspect': ['warning', 'a box is more than 20 times as long as wide'],
  'box-whole-image': ['warning', 'a box covers its whole image'],
  'label-bytes': ['warning', 'a label file has a byte order mark, NUL bytes or Windows line ends'],
  'label-orphan': ['warning', 'a label file belongs to no image'],
  'label-missing-mixed': ['warning', 'some images without objects have an empty label and some have none'],
  'label-cache': ['warning', 'a label cache lies beside the labels; Ultralytics may believe it instead of them'],
  'class-unused': ['warning', 'a class has no object in train'],
  'classes-imbalanced': ['info', 'the largest class of train has 50 times the objects of the smallest'],
  'backgrounds-share': ['info', 'more than a tenth of the images of train have no objects, or none has'],
} as const satisfies { readonly [code: string]: readonly [Level, string] };

export type RuleCode = keyof typeof rules;

/** One breach of a rule. */
export interface Finding {
  readonly code: RuleCode;
  readonly level: Level;
  /** Below the set. */
  readonly file: string;
  /** 1-based; 1 for what concerns a whole file. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
}

export interface Spot {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export function finding(code: RuleCode, { file, line = 1, column = 1 }: Spot, message: string): Finding {
  return { code, level: rules[code][0], file, line, column, message };
}

/** By file, line, column and code. */
export function compareFindings(one: Finding, other: Finding): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (
    one.line - other.line || one.column - other.column || (one.code < other.code ? -1 : one.code > other.code ? 1 : 0)
  );
}
