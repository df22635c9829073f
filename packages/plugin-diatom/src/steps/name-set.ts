import { defineStep, type ResultsReader } from '@dataset-runner/core/plugin';
import { setName } from '../layout.ts';
import type { PlacedPicture } from './place-picture.ts';

/**
 * Names a packed set by the moment its pictures last changed.
 *
 * Its row keeps the name while the pictures are the same, so a re-run neither packs nor uploads anything.
 */
export const nameSet = defineStep({
  name: 'name-set',
  work: async (_set: { readonly pictures: ResultsReader<PlacedPicture> }) => ({ name: setName(Date.now()) }),
});
