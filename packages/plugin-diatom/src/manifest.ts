import { readSplitManifest } from '@dataset-runner/kit/split-manifest';
import type { SplitLine } from '@dataset-runner/kit/split';
import type { ReadOnlyStore } from './stored.ts';
import { manifestFile } from './layout.ts';
import type { PictureNote } from './steps/note-picture.ts';

/**
 * One line of the manifest with its line feed.
 *
 * Fields: `path` in the set, `key` (where the picture came from; stable when its path changes), `sha256`, `class`,
 * `group`, `split`, `source` (the archive). Kit's reader of split manifests reads it too.
 */
export function manifestLine({ path, key, sha256, species, group, split, archive }: PictureNote): string {
  return `${JSON.stringify({ path, key, sha256, class: species, group, split, source: archive })}\n`;
}

/** The manifest of the set that lies in a place now; empty when there is none. */
export async function readManifest(store: ReadOnlyStore): Promise<readonly SplitLine[]> {
  if ((await store.stat(manifestFile)) === undefined) return [];
  const pieces: Uint8Array[] = [];
  for await (const piece of await store.read(manifestFile)) pieces.push(piece);
  return readSplitManifest(Buffer.concat(pieces).toString('utf8'));
}
