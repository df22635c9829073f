import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** An image and where it goes. */
export interface ChosenImage {
  readonly key: string;
  readonly file: FileRef;
}

/** Copies an image to its place; its path within the set stays, so no two of them meet. */
export const placeImage = defineStep({
  name: 'place-image',
  work: ({ key, file }: ChosenImage, { output }) => output.copy(key, file),
});
