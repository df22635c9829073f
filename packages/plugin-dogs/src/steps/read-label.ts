import { defineStep } from '@dataset-runner/core/plugin';
import { type Label, readLabel as read } from '../labels/label.ts';
import type { ListedAnnotation } from '../labels/list-annotations.ts';

/** Reads one annotation; a broken one fails with its line, and the others are read. */
export const readLabel = defineStep({
  name: 'read-label',
  needs: { cpu: true },
  work: async ({ file }: ListedAnnotation, { bytes }): Promise<Label> => read(file.key, await bytes(file)),
});
