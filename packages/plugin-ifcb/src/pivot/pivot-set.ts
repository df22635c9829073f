/** The model and the dataset that rows belong to. */
export interface PivotSet {
  readonly container: string;
  /** What people choose it by. */
  readonly name: string;
  readonly model: string;
  readonly modelLink: string | null;
  readonly classes: readonly string[];
  readonly seed: number;
}

/** One classified image. */
export interface PivotImage {
  readonly path: string;
  readonly label: string;
  readonly scores: readonly number[];
}
