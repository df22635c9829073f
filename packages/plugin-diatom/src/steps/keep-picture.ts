import { defineStep } from '@dataset-runner/core/plugin';
import type { PlacedPicture } from './place-picture.ts';

/** Keeps where a picture lies as a row, for steps that look pictures up by key. */
export const keepPicture = defineStep({
  name: 'keep-picture',
  work: async (picture: PlacedPicture) => picture,
});
