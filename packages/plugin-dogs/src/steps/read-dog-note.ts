import { defineStep, type FileRef, z } from '@dataset-runner/core/plugin';
import type { DogNote } from '../prepare/plan-crops.ts';

const noteSchema = z.object({ internal_id: z.string(), image_file: z.string(), breed: z.string().nullable() });

/** Reads what is known of one photo of Austin Pets Alive. */
export const readDogNote = defineStep({
  name: 'read-dog-note',
  work: async (file: FileRef, { bytes }): Promise<DogNote> => {
    const note = JSON.parse(Buffer.from(await bytes(file)).toString('utf8')) as unknown;
    return noteSchema.parse(note);
  },
});
