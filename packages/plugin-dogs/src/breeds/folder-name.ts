import { dogsFailures } from '../failures.ts';

/** What the folder of a class says of it. */
export interface BreedFolder {
  /** WordNet id (`n02085620`) in Stanford's folders, class id (`n000004`) in Tsinghua's. */
  readonly id: string;
  /** As written: `black-and-tan_coonhound`. */
  readonly breed: string;
  /** Pictures of the class, as Tsinghua's folders say. */
  readonly count?: number;
}

/**
 * Reads `n02089078-black-and-tan_coonhound` (Stanford) or `1324-n000004-malamute` (Tsinghua).
 *
 * The breed begins behind the first hyphen after the id: breeds have hyphens of their own, and what is behind the last
 * one is shared by several. Throws `dogs.folder-unknown`.
 */
export function readBreedFolder(folder: string): BreedFolder {
  const found = /^(?:(\d+)-)?(n\d{6,8})-(.+)$/.exec(folder);
  const [, count, id, breed] = found ?? [];
  if (id === undefined || breed === undefined) throw dogsFailures['folder-unknown']({ folder });
  return { id, breed, ...(count === undefined ? {} : { count: Number(count) }) };
}
