import { split, type SplitLine, type SplitPlan } from '@dataset-runner/kit/split';
import type { FileRef } from '@dataset-runner/core/plugin';
import type { CroppedDog } from '../steps/crop-dog.ts';

export interface Division {
  /** Shares of each class; the rest is for training. */
  readonly val: number;
  readonly test: number;
  readonly seed: number;
}

export interface PlacedCrop {
  /** `<part>/<label>/<image>.jpg`. */
  readonly key: string;
  readonly part: string;
  readonly label: string;
  readonly file: FileRef;
}

/** Divides what was cut out: a dog, and an image, stands in one part only; classes are even in all of them. */
export function placeCrops(
  crops: readonly CroppedDog[],
  { val, test, seed }: Division,
): { readonly plan: SplitPlan; readonly placed: PlacedCrop[] } {
  const whole = crops.flatMap((crop) => ('file' in crop ? [crop] : []));
  const groups = groupsOf(whole);
  const plan = split(
    whole.map(({ key, label, imageSha256 }) => ({
      key,
      class: label,
      group: groups.get(key) ?? key,
      sha256: imageSha256,
    })),
    { parts: { val, test, train: 'rest' }, seed, onSmallClass: 'all-train' },
  );
  const byKey = new Map(whole.map((crop) => [crop.key, crop]));
  const placed = plan.assignments.flatMap(({ key, split: part }: SplitLine) => {
    const crop = byKey.get(key);
    return crop === undefined ? [] : [{ key: `${part}/${key}.jpg`, part, label: crop.label, file: crop.file }];
  });
  return { plan, placed: placed.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** What hangs together by dog or by image, also in a chain: two dogs in one photo bind all their photos. */
function groupsOf(crops: readonly CroppedDog[]): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const rootOf = (node: string): string => {
    let root = node;
    while (parent.has(root)) root = parent.get(root) as string;
    return root;
  };
  const join = (one: string, other: string): void => {
    const [a, b] = [rootOf(one), rootOf(other)];
    // The smaller name stays, so that groups are called the same in whatever order they come.
    if (a !== b) parent.set(a < b ? b : a, a < b ? a : b);
  };
  for (const { key, dog, imageSha256 } of crops) {
    join(`crop ${key}`, `image ${imageSha256}`);
    if (dog !== null) join(`crop ${key}`, `dog ${dog}`);
  }
  return new Map(crops.map(({ key }) => [key, rootOf(`crop ${key}`)]));
}
