/** One thing to place: usually an image. */
export interface SplitItem {
  /** Unique, `/` between folders; compared in Unicode NFC, so a list made on macOS gives the same split. */
  readonly key: string;
  /** The class, or all classes an image shows (detection sets); Unicode NFC in the plan. */
  readonly class: string | readonly string[];
  /** What must not be torn apart: specimen, patient, slide, dog. Wins over `groupBy`. */
  readonly group?: string;
  /** Carried into the manifest as it is. */
  readonly sha256?: string;
  /** Where the item came from; carried into the manifest as it is. */
  readonly source?: string;
}

/** Where an item was placed; also the shape of a line of the split manifest. */
export interface SplitLine {
  readonly key: string;
  readonly sha256?: string;
  readonly class: string | readonly string[];
  readonly group: string;
  /** The name of its part. */
  readonly split: string;
  readonly source?: string;
}

/**
 * The size of a part: a whole number is items per class, a number below 1 a share of each class,
 * `{ total }` a size over all classes, `'rest'` whatever the other parts leave.
 */
export type PartSize = number | 'rest' | { readonly total: number };

export interface SplitOptions {
  /** Sizes by part name, for example `{ test: 10, val: 0.1, train: 'rest' }`; integer-like names are refused. */
  readonly parts: { readonly [name: string]: PartSize };
  /** Default 1. */
  readonly seed?: number | string;
  /**
   * Finds an item's group in its key: a function, or the source of a regular expression whose first capture is the
   * group (whole match without one). A pattern without `/` reads the file name only, like a .gitignore line does.
   * Without it, every item is a group of its own.
   */
  readonly groupBy?: string | ((key: string) => string | undefined);
  /** `balanced` (default) keeps classes even; `hash` looks at each group alone, so it needs no earlier manifest to be stable. */
  readonly method?: 'balanced' | 'hash';
  /** An earlier manifest: what it placed stays where it is, members of its groups follow. */
  readonly previous?: Iterable<SplitLine>;
  /** A class of which some part would get nothing: default `error`; `all-train` gives it whole to the rest part. */
  readonly onSmallClass?: 'error' | 'warn' | 'all-train';
}

/** Something the split did that its owner should know. */
export interface SplitWarning {
  readonly code: 'small-class' | 'not-exact' | 'no-group' | 'previous-gone';
  readonly message: string;
  readonly class?: string;
  readonly part?: string;
}

/** How far one class in one part is from what was asked. */
export interface SplitDeviation {
  readonly part: string;
  readonly class: string;
  /** Items asked; a fraction where shares do not come out even. */
  readonly wanted: number;
  readonly got: number;
  /** The class's share of this part minus its share of the whole set; 0.01 is one percentage point. */
  readonly shareDeviation: number;
}

export interface SplitPlan {
  /** Part names in the order of the options. */
  readonly parts: readonly string[];
  /** Sorted. */
  readonly classes: readonly string[];
  /** One per item, sorted by key. */
  readonly assignments: readonly SplitLine[];
  /** Items by part, then class; an item of two classes counts in both. */
  readonly counts: { readonly [part: string]: { readonly [className: string]: number } };
  /** Items by part. */
  readonly totals: { readonly [part: string]: number };
  /** For every part and class, in that order; empty for `hash`, which asks nothing of classes. */
  readonly deviations: readonly SplitDeviation[];
  readonly warnings: readonly SplitWarning[];
}
