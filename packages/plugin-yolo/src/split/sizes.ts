import { yoloFailures } from '../failures.ts';

/** The six splits of a set that is trained, tried and used, and their usual sizes of 15,000 images. */
export const usualSizes = {
  training: 11_500,
  validation: 750,
  test: 750,
  staging: 1_000,
  canary: 500,
  production: 500,
} as const;

/**
 * Divides `total` images by sizes or shares, so that every image has a split: each gets its exact part rounded down, and
 * what is left goes to the largest remainders (Hamilton's method), the earlier split first where they are equal.
 *
 * Sizes that add up to `total` are kept to the image. Throws `yolo.split-sizes`.
 */
export function exactSizes(sizes: { readonly [split: string]: number }, total: number): ReadonlyMap<string, number> {
  const entries = Object.entries(sizes);
  const sum = entries.reduce((all, [, size]) => all + size, 0);
  const wrong = entries.find(
    ([name, size]) => !/^[a-z_][a-z0-9_-]*$/i.test(name) || !Number.isFinite(size) || size < 0,
  );
  if (wrong !== undefined)
    throw yoloFailures['split-sizes']({ why: `'${wrong[0]}: ${wrong[1]}' is no name and size of a split` });
  if (!(sum > 0)) throw yoloFailures['split-sizes']({ why: 'the sizes of the splits add up to 0' });
  const parts = entries.map(([name, size], place) => {
    const exact = (size * total) / sum;
    return { name, place, size: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = total - parts.reduce((all, { size }) => all + size, 0);
  for (const part of parts.toSorted((a, b) => b.rest - a.rest || a.place - b.place)) {
    if (left-- <= 0) break;
    part.size++;
  }
  return new Map(parts.map(({ name, size }) => [name, size]));
}
