import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** A picture and its path in the set. */
export interface PlacedPicture {
  readonly key: string;
  readonly path: string;
  readonly file: FileRef;
}

/** Puts one picture where the split wants it: a link on the same disk, a copy inside a store, an upload otherwise. */
export const placePicture = defineStep({
  name: 'place-picture',
  async work({ key, path, file }: PlacedPicture, { output }): Promise<PlacedPicture> {
    return { key, path, file: await output.copy(path, file) };
  },
});
