import { sha256 } from '@dataset-runner/core/plugin';

/** An image to place. */
export interface SplitImage {
  readonly image: string;
  /** What must not be torn apart: a patient, or the image itself. */
  readonly group: string;
  readonly classes: readonly number[];
  /** Of the file; images with equal ones are never torn apart. */
  readonly digest?: string;
}

/** Images that go to one split together. */
export interface Unit {
  readonly images: readonly SplitImage[];
  /** By class: images of this unit that show it. */
  readonly counts: ReadonlyMap<number, number>;
  /** Decides in what order units are placed: SHA-256 of seed and group, so other images never change it. */
  readonly rank: string;
}

/** Joins images by group and by equal bytes, whatever chain of the two connects them; sorted by rank. */
export function unitsOf(images: readonly SplitImage[], seed: number | string): Unit[] {
  const parent = images.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  const first = new Map<string, number>();
  for (const [index, { group, digest }] of images.entries()) {
    for (const name of [`g${group}`, ...(digest === undefined ? [] : [`d${digest}`])]) {
      const other = first.get(name);
      if (other === undefined) first.set(name, index);
      else parent[rootOf(index)] = rootOf(other);
    }
  }
  const members = new Map<number, SplitImage[]>();
  for (const [index, image] of images.entries()) {
    const root = rootOf(index);
    const unit = members.get(root);
    if (unit === undefined) members.set(root, [image]);
    else unit.push(image);
  }
  return [...members.values()].map((own) => asUnit(own, seed)).sort((a, b) => (a.rank < b.rank ? -1 : 1));
}

function asUnit(images: readonly SplitImage[], seed: number | string): Unit {
  const counts = new Map<number, number>();
  for (const { classes } of images) for (const id of new Set(classes)) counts.set(id, (counts.get(id) ?? 0) + 1);
  // The smallest name speaks for several, whatever order they came in.
  const [name] = images.map(({ group }) => group).sort();
  return { images, counts, rank: sha256(`${seed}|${name}`) };
}
