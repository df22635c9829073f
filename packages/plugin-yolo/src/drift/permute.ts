import type { Seeded } from '@dataset-runner/kit/seeded';
import { jensenShannon } from './distances.ts';

/** Values of a feature, and the image each is of; images of the reference come first. */
export interface Clustered {
  readonly kind: 'number' | 'class';
  readonly values: readonly number[];
  /** Index of the image of each value. */
  readonly owners: readonly number[];
}

export interface Tested {
  /** Largest distance of the two distributions (KS' D), or Jensen-Shannon distance for classes. */
  readonly distance: number;
  /** How often images divided by chance are as far apart; at least 1 / (permutations + 1). */
  readonly p: number;
}

interface Sorted {
  readonly kind: Clustered['kind'];
  readonly values: Float64Array;
  readonly owners: Uint32Array;
}

/**
 * Tests whether features differ between the first `references` images and the others, by dividing the images anew.
 *
 * Boxes of one image are alike, so tests that take them for independent find drift in sets divided by chance (every
 * second one, measured). Here whole images change sides, in each turn the same ones for all features.
 */
export function permutationTests(
  features: readonly Clustered[],
  images: { readonly references: number; readonly all: number },
  options: { readonly permutations: number; readonly random: Seeded },
): Tested[] {
  const sorted = features.map(sortedOf);
  const measure = (feature: Sorted, isCurrent: Uint8Array): number =>
    (feature.kind === 'number' ? largestGap : classDistance)(feature.values, feature.owners, isCurrent);
  const given = new Uint8Array(images.all).fill(1, images.references);
  const distances = sorted.map((feature) => measure(feature, given));
  const asFar = new Uint32Array(features.length);
  const order = Uint32Array.from({ length: images.all }, (_, at) => at);
  const isCurrent = new Uint8Array(images.all);
  const currents = images.all - images.references;
  // Both distances are the same seen from the other side, so it is enough to draw the smaller one.
  const drawn = Math.min(currents, images.references);
  for (let turn = 0; turn < options.permutations; turn++) {
    isCurrent.fill(0);
    for (let at = 0; at < drawn; at++) {
      const other = at + options.random.below(images.all - at);
      [order[at], order[other]] = [order[other]!, order[at]!];
      isCurrent[order[at]!] = 1;
    }
    // A hair of rounding must not count as less far.
    for (const [at, feature] of sorted.entries())
      if (measure(feature, isCurrent) >= distances[at]! - 1e-12) asFar[at]!++;
  }
  return distances.map((distance, at) => ({ distance, p: (asFar[at]! + 1) / (options.permutations + 1) }));
}

function sortedOf({ kind, values, owners }: Clustered): Sorted {
  const order = [...values.keys()].sort((one, other) => values[one]! - values[other]!);
  return {
    kind,
    values: Float64Array.from(order, (at) => values[at]!),
    owners: Uint32Array.from(order, (at) => owners[at]!),
  };
}

function largestGap(values: Float64Array, owners: Uint32Array, isCurrent: Uint8Array): number {
  const all = owners.length;
  let currents = 0;
  for (let at = 0; at < all; at++) currents += isCurrent[owners[at]!]!;
  let [seen, gap] = [0, 0];
  for (let at = 0; at < all; at++) {
    seen += isCurrent[owners[at]!]!;
    if (values[at + 1] === values[at]) continue;
    // seen / currents less (at + 1 - seen) / references, over their common denominator.
    const apart = Math.abs(seen * all - (at + 1) * currents);
    if (apart > gap) gap = apart;
  }
  return gap / (currents * (all - currents));
}

function classDistance(sorted: Float64Array, owners: Uint32Array, isCurrent: Uint8Array): number {
  const classes = (sorted.at(-1) ?? 0) + 1;
  const counts = [new Float64Array(classes), new Float64Array(classes)] as const;
  for (let at = 0; at < owners.length; at++) counts[isCurrent[owners[at]!] as 0 | 1][sorted[at]!]!++;
  return jensenShannon(counts[0], counts[1]);
}
