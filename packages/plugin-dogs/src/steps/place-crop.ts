import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import type { PlacedCrop } from '../prepare/place-crops.ts';

/** Puts one cut-out dog into the folder of its part and class. */
export const placeCrop = defineStep({
  name: 'place-crop',
  work: ({ key, file }: PlacedCrop, { output }): Promise<FileRef> => output.copy(key, file),
});
