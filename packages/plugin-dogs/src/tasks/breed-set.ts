import { type DatasetAbout, z } from '@dataset-runner/core/plugin';
import type { Carried } from '../archive/carry-archives.ts';
import type { PinnedArchive } from '../archive/remote-archive.ts';
import { countBreeds } from '../breeds/count-breeds.ts';

/** What the tasks of both breed sets are given. */
export interface BreedSetParams {
  readonly out: string;
  readonly locks: string;
  readonly spool: boolean;
  readonly archives: readonly PinnedArchive[];
}

/** What they return. */
export const breedSetOutputs = z.object({
  set: z.string().meta({ 'x-runner': 'place' }),
  breeds: z.int(),
  images: z.int(),
  files: z.int(),
});

export type BreedSetResult = z.output<typeof breedSetOutputs>;

/** What was carried, for the manifest and for people. */
export function describeBreedSet(
  { place, keys, seen }: Carried,
  imagesFolder: string,
  { name, licence }: { readonly name: string; readonly licence?: string },
): { readonly about: DatasetAbout; readonly result: BreedSetResult } {
  const breeds = countBreeds(keys, imagesFolder);
  const images = [...breeds.values()].reduce((sum, count) => sum + count, 0);
  return {
    about: {
      name,
      ...(licence === undefined ? {} : { licence }),
      counts: Object.fromEntries([...breeds].sort(([a], [b]) => (a < b ? -1 : 1))),
      sources: seen.map(({ url, sha256 }) => ({
        url,
        ...(sha256 === undefined ? {} : { digest: `sha256:${sha256}` }),
      })),
    },
    result: { set: place, breeds: breeds.size, images, files: keys.length },
  };
}

export function renderBreedSet({ set, breeds, images, files }: BreedSetResult): string {
  return `${breeds} breeds, ${images} images, ${files} files in ${set}`;
}
