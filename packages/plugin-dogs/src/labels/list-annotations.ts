import { type FileRef, listFiles, type RunContext } from '@dataset-runner/core/plugin';
import { dogsFailures } from '../failures.ts';

/** An annotation to read. */
export interface ListedAnnotation {
  /** Its path; with several places behind the number of its place. */
  readonly key: string;
  readonly file: FileRef;
}

/** Annotations of both kinds: files without an ending, and `.xml`, two folders deep at least. Throws `dogs.no-annotations`. */
export async function listAnnotations(
  { store }: Pick<RunContext<unknown>, 'store'>,
  places: readonly string[],
): Promise<ListedAnnotation[]> {
  const listed: ListedAnnotation[] = [];
  for (const [index, place] of places.entries()) {
    const files = await listFiles(await store(place), { keep: ({ key }) => isAnnotation(key) });
    if (files.length === 0) throw dogsFailures['no-annotations']({ place });
    for (const file of files) listed.push({ key: places.length === 1 ? file.key : `${index + 1}/${file.key}`, file });
  }
  return listed;
}

function isAnnotation(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return key.includes('/') && (/\.xml$/i.test(name) || /^n\d+_\d+$/.test(name));
}
