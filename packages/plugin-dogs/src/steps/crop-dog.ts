import { defineStep, type FileRef, sha256, type Tools } from '@dataset-runner/core/plugin';
import { cropToSquare } from '@dataset-runner/kit/crop';
import type { PlannedCrop } from '../prepare/plan-crops.ts';

/** A dog cut out, or why it could not be. */
export type CroppedDog = Pick<PlannedCrop, 'key' | 'label' | 'dog'> & {
  /** Of the image it was cut from, 64 hex digits: equal images must not stand in two parts. */
  readonly imageSha256: string;
} & ({ readonly file: FileRef } | { readonly leftOut: string });

type CropTools = Tools<{ /** Pixels. */ readonly side: number }>;

/** Cuts a dog out of its image, pads it to a square and brings it to size. */
export const cropDog = defineStep({
  name: 'crop-dog',
  // 2: no strip of the edge for a box outside of the image.
  version: 2,
  needs: { cpu: true, memoryMb: 100 },
  async work({ key, image, label, dog, box }: PlannedCrop, { bytes, output, uses }: CropTools): Promise<CroppedDog> {
    const content = await bytes(image);
    const row = { key, label, dog, imageSha256: sha256(content).slice('sha256:'.length) };
    const made = await cropToSquare(content, { side: uses.side, ...(box === null ? {} : { box }) });
    // The decoder says the same thing several times.
    if ('problem' in made) return { ...row, leftOut: made.problem.message.split('\n')[0] ?? '' };
    return { ...row, file: await output.write(`${key}.jpg`, made.jpeg) };
  },
});
