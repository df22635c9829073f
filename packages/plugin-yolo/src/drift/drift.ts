import { seeded } from '@dataset-runner/kit/seeded';
import type { ShareBox } from '../detect/detection.ts';
import { adjusted, jensenShannon, normedWasserstein, stabilityIndex } from './distances.ts';
import { permutationTests } from './permute.ts';

/** What drift looks at in an image. */
export interface DriftImage {
  /** Pixels of the original; missing where only its boxes are known. */
  readonly width?: number;
  readonly height?: number;
  readonly boxes: readonly { readonly class: number; readonly box: ShareBox }[];
}

export interface FeatureDrift {
  readonly feature: string;
  /** Values of the reference and of the other. */
  readonly counts: readonly [number, number];
  /** KS' D, for classes Jensen-Shannon's distance: what `p` is of. */
  readonly distance: number;
  /** Normed Wasserstein distance, for classes Jensen-Shannon's: what the verdict is of. */
  readonly effect: number;
  /** Population stability index; null for classes. */
  readonly psi: number | null;
  /** By permuting images, and adjusted for the number of features. */
  readonly p: number;
  readonly q: number;
  /** `drift`: the effect is above 0.1, and chance is no explanation (q < 0.05). */
  readonly verdict: 'drift' | 'small' | 'chance';
}

export interface DriftOptions {
  readonly permutations: number;
  readonly seed: number;
}

const effectLimit = 0.1;
const chanceLimit = 0.05;

type Read = (image: DriftImage) => readonly number[];

const features: readonly { readonly name: string; readonly kind: 'number' | 'class'; readonly read: Read }[] = [
  { name: 'class', kind: 'class', read: ({ boxes }) => boxes.map((one) => one.class) },
  { name: 'box width', kind: 'number', read: ({ boxes }) => boxes.map(({ box }) => box[2]) },
  { name: 'box height', kind: 'number', read: ({ boxes }) => boxes.map(({ box }) => box[3]) },
  { name: 'box area', kind: 'number', read: ({ boxes }) => boxes.map(({ box }) => box[2] * box[3]) },
  { name: 'box aspect', kind: 'number', read: ({ boxes }) => boxes.map(({ box }) => Math.log2(box[2] / box[3])) },
  { name: 'centre x', kind: 'number', read: ({ boxes }) => boxes.map(({ box }) => box[0]) },
  { name: 'centre y', kind: 'number', read: ({ boxes }) => boxes.map(({ box }) => box[1]) },
  { name: 'boxes an image', kind: 'number', read: ({ boxes }) => [boxes.length] },
  { name: 'image width', kind: 'number', read: ({ width }) => (width === undefined ? [] : [width]) },
  { name: 'image height', kind: 'number', read: ({ height }) => (height === undefined ? [] : [height]) },
];

/** Compares two sets of images, feature by feature; features that one of them does not have are left out. */
export function driftBetween(
  reference: readonly DriftImage[],
  current: readonly DriftImage[],
  { permutations, seed }: DriftOptions,
): FeatureDrift[] {
  const all = [...reference, ...current];
  const read = features.map((feature) => clustered(feature, all));
  const isReference = (owner: number): boolean => owner < reference.length;
  const whole = read.filter(({ owners }) => owners.some(isReference) && !owners.every(isReference));
  const random = seeded(`drift ${seed}`);
  const tests = permutationTests(whole, { references: reference.length, all: all.length }, { permutations, random });
  const measured = whole.map(({ name, kind, values, owners }, at) => {
    const references = owners.filter(isReference).length;
    const samples = { reference: values.slice(0, references), current: values.slice(references) };
    const isClass = kind === 'class';
    return {
      feature: name,
      counts: [references, values.length - references] as const,
      ...tests[at]!,
      effect: isClass ? classEffect(samples) : normedWasserstein(samples),
      psi: isClass ? null : stabilityIndex(samples),
    };
  });
  const q = adjusted(measured.map(({ p }) => p));
  return measured.map((one, at) => ({
    ...one,
    q: q[at]!,
    verdict: one.effect <= effectLimit ? 'small' : q[at]! < chanceLimit ? 'drift' : 'chance',
  }));
}

function clustered({ name, kind, read }: (typeof features)[number], images: readonly DriftImage[]) {
  const values: number[] = [];
  const owners: number[] = [];
  for (const [owner, image] of images.entries()) {
    for (const value of read(image)) {
      values.push(value);
      owners.push(owner);
    }
  }
  return { name, kind, values, owners };
}

function classEffect({ reference, current }: { reference: readonly number[]; current: readonly number[] }): number {
  const count = (values: readonly number[]): Float64Array => {
    const counts = new Float64Array([...reference, ...current].reduce((most, id) => Math.max(most, id), 0) + 1);
    for (const id of values) counts[id]!++;
    return counts;
  };
  return jensenShannon(count(reference), count(current));
}
