import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { manifestFile } from '../layout.ts';
import { manifestLine } from '../manifest.ts';
import type { PictureNote } from './note-picture.ts';

/** Writes `split-manifest.jsonl`: one line for each picture, in the order of their paths. */
export const writeManifest = defineStep({
  name: 'write-manifest',
  async work({ notes }: { readonly notes: ResultsReader<PictureNote> }, { output }): Promise<FileRef> {
    async function* lines(): AsyncGenerator<Uint8Array> {
      for await (const { result } of notes) yield Buffer.from(manifestLine(result));
    }
    return output.write(manifestFile, lines());
  },
});
