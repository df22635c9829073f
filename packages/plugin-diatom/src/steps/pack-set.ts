import { defineStep, type FileRef, type ResultsReader, type Tools } from '@dataset-runner/core/plugin';
import { packZip, type PackEntry } from '@dataset-runner/kit/pack';
import type { PlacedPicture } from './place-picture.ts';

/** A set to pack under a name. */
export interface NamedSet {
  readonly key: string;
  /** The zip's name. */
  readonly name: string;
}

/** What goes into the zip. */
export interface SetContents {
  readonly pictures: ResultsReader<PlacedPicture> | readonly PlacedPicture[];
  /** Whatever else was asked for: the downloads, the manifest. */
  readonly more: readonly PlacedPicture[];
}

/**
 * Packs a set into one zip: pictures as they are, in the order of their paths, with no clock in it.
 *
 * The same set gives the same bytes, so a lost zip comes back as the very same file.
 */
export const packSet = defineStep({
  name: 'pack-set',
  needs: { cpu: true },
  async work({ name }: NamedSet, tools: Tools<SetContents>): Promise<FileRef> {
    return tools.output.write(name, await zipOf(tools));
  },
});

/** The bytes of a set's zip, made as they are read. */
export async function zipOf({ uses, read, progress, signal }: Tools<SetContents>): Promise<AsyncIterable<Uint8Array>> {
  const files: { readonly path: string; readonly file: FileRef }[] = [...uses.more];
  if (isListed(uses.pictures)) files.push(...uses.pictures);
  else for await (const { result } of uses.pictures) files.push(result);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  function* entries(): Generator<PackEntry> {
    for (const [index, { path, file }] of files.entries()) {
      signal.throwIfAborted();
      progress(index + 1, files.length);
      yield { key: path, size: file.size, bytes: () => read(file) };
    }
  }
  return packZip(entries());
}

function isListed(pictures: SetContents['pictures']): pictures is readonly PlacedPicture[] {
  return Array.isArray(pictures);
}
