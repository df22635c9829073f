import { defineStep, type FileRef, z } from '@dataset-runner/core/plugin';
import { dogsFailures } from '../failures.ts';
import type { DogNote } from '../prepare/plan-crops.ts';

const noteSchema = z.object({ internal_id: z.string(), image_file: z.string(), breed: z.string().nullable() });

/** Reads what is known of one photo of Austin Pets Alive; throws `dogs.note-invalid`. */
export const readDogNote = defineStep({
  name: 'read-dog-note',
  work: async (file: FileRef, { bytes }): Promise<DogNote> => {
    const fault = (why: string): Error => dogsFailures['note-invalid']({ file: file.key, why });
    let found: unknown;
    try {
      found = JSON.parse(Buffer.from(await bytes(file)).toString('utf8'));
    } catch (error) {
      throw error instanceof SyntaxError ? fault(error.message) : error;
    }
    const read = noteSchema.safeParse(found);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw fault(`${issue?.path.join('.')}: ${issue?.message}`);
  },
});
