export interface LeakItem {
  readonly key: string;
  /** The part it stands in. */
  readonly split: string;
  readonly class?: string;
  /** Of the file's bytes, in any one notation. */
  readonly sha256?: string;
  /** 16 hex digits, from `phash`. */
  readonly phash?: string;
}

/** Items that are the same in bytes or in hash. */
export interface LeakGroup<T extends LeakItem = LeakItem> {
  /** Sorted by key. */
  readonly items: readonly T[];
  /** True when its items have different classes: one of the labels is wrong. */
  readonly classesDiffer: boolean;
}

/** Two items whose hashes are near but not equal; where several items share a hash, the pair with the smallest keys. */
export interface LeakPair<T extends LeakItem = LeakItem> {
  readonly one: T;
  readonly other: T;
  /** Bits, at least 1. */
  readonly distance: number;
  readonly classesDiffer: boolean;
}

/** How many pairs of items are alike to one degree; every pair is counted in one band only. */
export interface LeakBand {
  readonly name: 'same bytes' | 'distance 0' | 'distance 1-4' | 'distance 5-10' | 'distance 11-15';
  readonly across: number;
  readonly within: number;
}

/** Across: between different parts, a leak. Within: inside one part, a duplicate. */
export interface Sides<T> {
  readonly across: readonly T[];
  readonly within: readonly T[];
}

export interface LeakReport<T extends LeakItem = LeakItem> {
  /** Items looked at; `hashed` of them had a perceptual hash. */
  readonly items: number;
  readonly hashed: number;
  readonly distance: number;
  /** Same sha256. */
  readonly exact: Sides<LeakGroup<T>>;
  /** Same perceptual hash, not all of the same bytes. */
  readonly sameHash: Sides<LeakGroup<T>>;
  /** Nearest first, then by key. */
  readonly near: Sides<LeakPair<T>>;
  /** From the surest to the weakest, up to the distance searched. */
  readonly bands: readonly LeakBand[];
}
