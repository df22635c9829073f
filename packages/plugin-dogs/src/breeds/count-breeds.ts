import { readBreedFolder } from './folder-name.ts';

/** Images by folder of class, for paths `<top>/<class folder>/<image>`; other paths are not counted. */
export function countBreeds(keys: Iterable<string>, top: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const [first, folder, image] = key.split('/');
    if (first !== top || folder === undefined || image === undefined) continue;
    const { id, breed } = readBreedFolder(folder);
    const name = `${id}-${breed}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
