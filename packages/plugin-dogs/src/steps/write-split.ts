import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** Writes which dog stands in which part, as JSON lines. */
export const writeSplit = defineStep({
  name: 'write-split',
  work: ({ text }: { readonly text: string }, { output }): Promise<FileRef> =>
    output.write('split-manifest.jsonl', text),
});
