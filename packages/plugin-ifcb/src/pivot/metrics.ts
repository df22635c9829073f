import { sha256 } from '@dataset-runner/core/plugin';

/** The class whose probability is the third metric. */
const diatom = 'diatom';

/** One value of one metric: 0 chance, 1 entropy, 2 the probability of a diatom. */
export interface MetricValue {
  readonly metric: 0 | 1 | 2;
  readonly value: number;
}

/**
 * The dissimilarities of one image: chance in [0, 1) by seed and path, the entropy `-sum p ln p` with 0 ln 0 = 0, and
 * the probability of a diatom where the model has that class.
 */
export function metricsOf(
  {
    path,
    scores,
    classes,
  }: { readonly path: string; readonly scores: readonly number[]; readonly classes: readonly string[] },
  { seed }: { readonly seed: number },
): readonly MetricValue[] {
  const chance = Number.parseInt(sha256(`${seed} ${path}`).slice(-12), 16) / 2 ** 48;
  const entropy = scores.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  const at = classes.findIndex((name) => name.toLowerCase() === diatom);
  const values: MetricValue[] = [
    { metric: 0, value: chance },
    { metric: 1, value: entropy },
  ];
  return at < 0 ? values : [...values, { metric: 2, value: scores[at]! }];
}

/** Names by number as PIVOT reads them: a Python dict. */
export function classMapText(classes: readonly string[]): string {
  return `{${classes.map((name, at) => `${at}: ${JSON.stringify(name)}`).join(', ')}}`;
}
