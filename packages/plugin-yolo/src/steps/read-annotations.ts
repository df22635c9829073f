import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { gunzipSync } from 'node:zlib';
import type { ReadTrouble } from '../annotation.ts';
import type { CollectorOptions } from '../read/collector.ts';
import { type formats, readAnnotations } from '../read/read-annotations.ts';
import { inShards, shardText } from '../shard.ts';

export interface Sources {
  readonly format: (typeof formats)[number];
  /** One file, or for VOC one for each image. */
  readonly files: readonly FileRef[];
  readonly sizes?: FileRef;
  readonly classes?: readonly string[];
  readonly noFinding: string;
  readonly onBadRow: CollectorOptions['onBadRow'];
  readonly markOrder: CollectorOptions['markOrder'];
}

export interface AnnotationsRead {
  readonly classes: readonly string[];
  readonly shards: readonly { readonly key: string; readonly file: FileRef }[];
  /** `LookedAt[]` as JSON: it is recorded as it is, and read only where images are placed. */
  readonly images: string;
  readonly trouble: ReadTrouble;
}

/** An image and who looked at it; sorted by image. */
export type LookedAt = readonly [image: string, ...raters: string[]];

/** Reads the annotations, checks them, and puts them into shards: what is not changed by an edit is not done again. */
export const readSource = defineStep({
  name: 'read-annotations',
  // 3: COCO's categories of one name are one class. 4: no image is called after a folder `images`.
  version: 4,
  async work(item: Sources, { bytes, output }): Promise<AnnotationsRead> {
    const texts = [];
    for (const file of item.files) texts.push({ name: file.key, text: unpacked(await bytes(file)) });
    const sizes = item.sizes === undefined ? undefined : unpacked(await bytes(item.sizes));
    const file = item.files[0]?.key ?? 'the annotations';
    const { classes, images, trouble } = readAnnotations(item.format, texts, sizes, {
      file,
      onBadRow: item.onBadRow,
      markOrder: item.markOrder,
      noFinding: item.noFinding,
      ...(item.classes === undefined ? {} : { classes: item.classes }),
      ...(item.sizes === undefined ? {} : { sizesFile: item.sizes.key }),
    });
    const shards = [];
    for (const [key, shard] of inShards(images, ({ id }) => id)) {
      shards.push({ key, file: await output.write(`${key}.json`, shardText(shard)) });
    }
    const lookedAt = images.map(({ id, raters }): LookedAt => [id, ...raters]);
    return { classes, shards, images: JSON.stringify(lookedAt), trouble };
  },
});

// Tables of this size are often kept compressed.
function unpacked(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}
