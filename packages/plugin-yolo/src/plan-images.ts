import type { FileRef } from '@dataset-runner/core/plugin';
import { yoloFailures } from './failures.ts';
import { imageExtension, imageId } from './read/image-id.ts';

/** Which annotated images are there, and which are not. */
export interface ImagePlan {
  /** By image id. */
  readonly found: ReadonlyMap<string, FileRef>;
  /** Annotated, but not there or of 0 bytes; sorted. */
  readonly without: readonly string[];
  /** There, but not annotated. */
  readonly unannotated: readonly string[];
  /** Files of 0 bytes among those that are annotated. */
  readonly empty: readonly string[];
}

/**
 * Finds the file of every annotated image: by its path below the place, else by its name alone where that is unique.
 *
 * Throws `yolo.image-twice` when two files share an id, and `yolo.images-missing` when there is none at all.
 */
export function planImages(ids: readonly string[], files: readonly FileRef[], place: string): ImagePlan {
  const byId = new Map<string, FileRef>();
  const byName = new Map<string, FileRef | undefined>();
  for (const file of files) {
    if (!imageExtension.test(file.key)) continue;
    const id = imageId(file.key);
    const other = byId.get(id);
    if (other !== undefined) throw yoloFailures['image-twice']({ one: other.key, other: file.key });
    byId.set(id, file);
    const name = id.slice(id.lastIndexOf('/') + 1);
    byName.set(name, byName.has(name) ? undefined : file);
  }
  const found = new Map<string, FileRef>();
  const empty: string[] = [];
  const without: string[] = [];
  const used = new Set<FileRef>();
  for (const id of ids) {
    const file = byId.get(id) ?? byName.get(id);
    if (file !== undefined) used.add(file);
    if (file?.size === 0) empty.push(file.key);
    if (file === undefined || file.size === 0) without.push(id);
    else found.set(id, file);
  }
  if (found.size === 0 && ids.length > 0) throw yoloFailures['images-missing']({ place, wanted: `${ids[0]}.png` });
  const unannotated = [...byId.values()].filter((file) => !used.has(file)).map(({ key }) => key);
  return { found, without, unannotated, empty };
}
