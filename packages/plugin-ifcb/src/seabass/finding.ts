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

const ranks = { error: 0, warning: 1, note: 2 };

/** At most so many findings, by line. Errors stay before warnings, because a file is refused for them; a note counts the rest. */
export function mostSerious(findings: readonly Finding[], most: number): readonly Finding[] {
  const kept = findings.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]).slice(0, most);
  const more = findings.length - kept.length;
  if (more > 0)
    kept.push({ line: 0, severity: 'note', rule: 'more_findings', message: `${more} more findings are not listed` });
  return kept.sort((a, b) => a.line - b.line);
}
