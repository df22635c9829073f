import { type FileRef, refOf } from '@dataset-runner/core/plugin';
import { yoloFailures } from '../failures.ts';
import type { ManifestLine } from '../manifest.ts';
import { shardOf } from '../shard.ts';
import type { SplitLine } from '../split/splits-csv.ts';
import type { PlacedFiles } from '../steps/place-files.ts';

interface Readable {
  readonly place: string;
  stat(key: string): Promise<Parameters<typeof refOf>[1] | undefined>;
  read(key: string): Promise<AsyncIterable<Uint8Array>>;
}

/** A file of a set; throws `yolo.set-missing`. */
export async function fileOfSet(set: Readable, file: string): Promise<FileRef> {
  const entry = await set.stat(file);
  if (entry === undefined) throw yoloFailures['set-missing']({ place: set.place, file });
  return refOf(set.place, entry);
}

/** The text of a file, or '' when it is not there. */
export async function textOf(set: Readable, file: string): Promise<string> {
  if ((await set.stat(file)) === undefined) return '';
  const pieces: Uint8Array[] = [];
  for await (const piece of await set.read(file)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/**
 * Where the files of a set go: images and labels into the folder of their split.
 *
 * An image is an item of its own, for its bytes are many; labels go by shard, for their files are. The manifest says which
 * image a file is of: `<image>_<rater>` does not, for both names may have a `_`.
 */
export function placesOf(
  files: readonly FileRef[],
  manifest: readonly ManifestLine[],
  lines: readonly SplitLine[],
  how: PlacedFiles['how'],
): PlacedFiles[] {
  const splitOf = new Map(lines.map(({ image, split }) => [image, split]));
  const imageOf = new Map<string, string>();
  for (const { image, stem, file } of manifest) {
    imageOf.set(`labels/${stem}.txt`, image);
    if (file !== undefined) imageOf.set(file, image);
  }
  const items = new Map<string, { file: FileRef; to: string[] }[]>();
  for (const file of files) {
    const isLabel = file.key.startsWith('labels/');
    const image = imageOf.get(file.key);
    const split = image === undefined ? undefined : splitOf.get(image);
    // What no line names is no part of the set: a picture that somebody put there.
    if (image === undefined || split === undefined) continue;
    const key = isLabel ? `labels ${shardOf(image)}` : image;
    const placed = { file, to: [`${split}/${file.key}`] };
    const present = items.get(key);
    if (present === undefined) items.set(key, [placed]);
    else present.push(placed);
  }
  return [...items].map(([key, placed]) => ({ key, files: placed, how }));
}
