import { copyFileSync, linkSync } from 'node:fs';
import { defineStep, type FileRef, type Output, type Tools } from '@dataset-runner/core/plugin';

/** A file and the names it gets. */
export interface PlacedFiles {
  readonly key: string;
  readonly files: readonly { readonly file: FileRef; readonly to: readonly string[] }[];
  /** `link`: one file under several names, on one disk; it must then not be edited in place. */
  readonly how: 'link' | 'copy';
}

export interface FilesPlaced {
  readonly key: string;
  /** In the order of the names. */
  readonly files: readonly FileRef[];
}

/** Puts files where a set wants them: hard links where asked for and possible, copies otherwise. */
export const placeFiles = defineStep({
  name: 'place-files',
  async work({ key, files, how }: PlacedFiles, { output, localPath }): Promise<FilesPlaced> {
    const placed: FileRef[] = [];
    for (const { file, to } of files) {
      for (const name of to) {
        placed.push(how === 'copy' ? await output.copy(name, file) : await link(name, file, { output, localPath }));
      }
    }
    return { key, files: placed };
  },
});

async function link(
  name: string,
  file: FileRef,
  tools: { readonly output: Output; readonly localPath: Tools['localPath'] },
): Promise<FileRef> {
  const path = await tools.output.path(name);
  const source = await tools.localPath(file);
  try {
    linkSync(source, path);
  } catch {
    // Another file system, one without links, or a remote place.
    copyFileSync(source, path);
  }
  return tools.output.wrote(name);
}
