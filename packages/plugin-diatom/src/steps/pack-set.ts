import { defineStep, type FileRef, type ResultsReader, type Tools } from '@dataset-runner/core/plugin';
import { packZip, type PackEntry } from '@dataset-runner/kit/pack';
import type { PlacedPicture } from './place-picture.ts';

/** A set to pack, and the zip's name. */
export interface NamedSet {
  readonly name: string;
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
  async work(set: NamedSet, tools): Promise<FileRef> {
    return tools.output.write(set.name, await zipOf(set, tools));
  },
});

/** The bytes of a set's zip, made as they are read. */
export async function zipOf(set: NamedSet, { read, progress, signal }: Tools): Promise<AsyncIterable<Uint8Array>> {
  const files: { readonly path: string; readonly file: FileRef }[] = [...set.more];
  // One by one: a set is too many for the arguments of one call.
  if (isListed(set.pictures)) for (const picture of set.pictures) files.push(picture);
  else for await (const { result } of set.pictures) files.push(result);
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

function isListed(pictures: NamedSet['pictures']): pictures is readonly PlacedPicture[] {
  return Array.isArray(pictures);
}
