import { type FileRef, listFiles, sha256 } from '@dataset-runner/core/plugin';
import { yoloFailures } from '../failures.ts';
import { imageExtension } from '../read/image-id.ts';
import type { formats } from '../read/read-annotations.ts';
import { shardOf } from '../shard.ts';
import type { LabelsWritten } from '../steps/write-labels.ts';

type Listed = Parameters<typeof listFiles>[0];

interface Given {
  readonly format: (typeof formats)[number];
  readonly annotations?: FileRef | undefined;
  readonly folder?: string | undefined;
  readonly sizes?: FileRef | undefined;
}

/** The files to read, sorted; throws `yolo.param-missing` when the format needs what is not given, and `yolo.no-annotations`. */
export async function annotationFiles(
  given: Given,
  store: (place: string) => Promise<Listed>,
): Promise<readonly FileRef[]> {
  const { format, annotations, folder, sizes } = given;
  if (format === 'vinbigdata' && sizes === undefined) {
    throw yoloFailures['param-missing']({
      param: 'sizes',
      wanted: 'for VinBigData: boxes are pixels of the originals',
    });
  }
  if (format === 'voc') {
    if (folder === undefined) throw yoloFailures['param-missing']({ param: 'folder', wanted: 'for VOC' });
    // Many draw boxes with the images beside their annotations; some annotations have no extension.
    const files = await listFiles(await store(folder), { keep: ({ key }) => !imageExtension.test(key) });
    if (files.length === 0) throw yoloFailures['no-annotations']({ place: folder });
    return files;
  }
  if (annotations === undefined) throw yoloFailures['param-missing']({ param: 'annotations', wanted: `for ${format}` });
  return [annotations];
}

/** Those of a shard, so that what is missing elsewhere makes no label of this shard again. */
export function absentIn(shard: string, without: readonly string[] = []): readonly string[] {
  return without.filter((id) => shardOf(id) === shard);
}

/** The stems that got a label file. */
export async function labelledStems(labels: AsyncIterable<LabelsWritten>): Promise<ReadonlySet<string>> {
  const stems = new Set<string>();
  for await (const result of labels) for (const stem of result.stems) stems.add(stem);
  return stems;
}

/** `.png` of `a/b.png`. */
export function extensionOf({ key }: FileRef): string {
  return key.slice(key.lastIndexOf('.'));
}

/** A name for a place, to keep what is made on the way to it apart from others'. */
export function placeName(place: string): string {
  return sha256(place).slice(7, 19);
}
