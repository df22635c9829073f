import { defineStep } from '@dataset-runner/core/plugin';

/** What the manifest and the reports say of one picture of a set. */
export interface PictureNote {
  readonly key: string;
  /** In the set. */
  readonly path: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** 16 hexadecimal digits. */
  readonly phash: string;
  readonly species: string;
  /** The specimen; pictures of one never stand in two splits. */
  readonly group: string;
  readonly split: string;
  readonly archive?: string;
}

/** Keeps the note of a picture as a row, so that later steps read notes one by one instead of in one large item. */
export const notePicture = defineStep({
  name: 'note-picture',
  work: async (note: PictureNote) => note,
});
