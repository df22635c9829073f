import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import type { Animal } from '../austin/animal.ts';

/** A photo and what is known of the dog on it. */
export interface PhotoAnnotation extends Animal {
  readonly key: string;
  readonly internal_id: string;
  /** The file's name in `full_quality/`. */
  readonly image_file: string;
}

/** Writes what is known of a photo beside it, with the keys that the pipeline behind reads. */
export const annotatePhoto = defineStep({
  name: 'annotate-photo',
  work: ({ key, internal_id, image_file, ...animal }: PhotoAnnotation, { output }): Promise<FileRef> =>
    output.write(
      `annotations/${key}.json`,
      `${JSON.stringify({ internal_id, image_file, ...animal }, undefined, 2)}\n`,
    ),
});
