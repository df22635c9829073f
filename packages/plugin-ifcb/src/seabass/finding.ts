/** How bad it is, as FCHECK counts: an error is refused, a warning is to be looked at, a note is only said. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that is wrong with a SeaBASS file. */
export interface Finding {
  /** 1-based; 0 when it is about the whole file, such as a header that is missing. */
  readonly line: number;
  readonly severity: Severity;
  /** FCHECK's name of the rule where it has one. */
  readonly rule: string;
  readonly message: string;
}

/** Takes what a rule finds. */
export type Report = (finding: Finding) => void;
