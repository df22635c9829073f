import { defineStep } from '@dataset-runner/core/plugin';

/** What the manifest and the reports say of one picture of a set. */
export interface PictureNote {
  readonly key: string;
  readonly path: string;
  readonly sha256: string;
  readonly phash: string;
  readonly species: string;
  readonly group: string;
  readonly split: string;
  readonly archive?: string;
}

/** Keeps the note of a picture as a row, so that later steps read notes one by one instead of in one large item. */
export const notePicture = defineStep({
  name: 'note-picture',
  work: async (note: PictureNote) => note,
});
