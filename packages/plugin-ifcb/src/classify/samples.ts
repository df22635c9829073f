import type { Tools } from '@dataset-runner/core/plugin';
import { imageName } from '../bins/bin-id.ts';
import type { RawImage } from '@dataset-runner/kit/decode';
import type { BinFiles } from '../bins/find-bins.ts';
import { readBin } from '../bins/read-bin.ts';
import { decode } from './decode.ts';
import { classifyFailures } from './failures.ts';
import { filesOf, type Shard } from './shards.ts';

/** One unit of classification: the PNGs of a bin or folder, or a raw bin. */
export interface Sample {
  readonly key: string;
  readonly shard?: Shard;
  readonly bin?: BinFiles;
}

/** What to do about images that cannot be used. */
export type OnDamaged = 'fail' | 'leave-out';

/** One image of a sample. */
export interface SampleImage {
  /** Where it lies, or would lie when `ifcb:extract` had made it, below the place. */
  readonly name: string;
  readonly image: RawImage;
}

/** Files that are being read while others are classified: enough to hide a store's answer, a few MB at the most. */
const readAhead = 64;

/**
 * Reads and decodes the images of a sample, in order, a few files ahead of who takes them.
 *
 * `leftOut` gets the names of those that cannot be used, each with the reason; with `fail` the first of them ends it with
 * `ifcb.image-unreadable`, once all were looked at. Throws what reading a raw bin throws.
 */
export async function* imagesOf(
  { shard, bin }: Sample,
  { bytes, signal }: Pick<Tools, 'bytes' | 'signal'>,
  how: { readonly damaged: OnDamaged; readonly leftOut: string[] },
): AsyncGenerator<SampleImage, void, undefined> {
  if (bin !== undefined) {
    const raw = await readBin(bin, bytes);
    for (const { target, width, height, pixels } of raw.images()) {
      signal.throwIfAborted();
      const name = `${raw.id.id}/${imageName(raw.id.id, target)}.png`;
      yield { name, image: { data: pixels, width, height, channels: 1 } };
    }
  }
  if (shard !== undefined) yield* imagesInFiles(shard, { bytes, signal }, how);
}

async function* imagesInFiles(
  shard: Shard,
  { bytes, signal }: Pick<Tools, 'bytes' | 'signal'>,
  { damaged, leftOut }: { readonly damaged: OnDamaged; readonly leftOut: string[] },
): AsyncGenerator<SampleImage, void, undefined> {
  const files = filesOf(shard);
  const coming: Promise<Uint8Array>[] = [];
  let asked = 0;
  let first: { readonly file: string; readonly why: string } | undefined;
  for (const { key } of files) {
    signal.throwIfAborted();
    for (; asked < files.length && coming.length < readAhead; asked++) {
      const one = bytes(files[asked]!);
      // Looked at when its turn has come; until then an error is nobody's.
      one.catch(() => {});
      coming.push(one);
    }
    const decoded = await decode(await coming.shift()!);
    if ('image' in decoded) {
      // What is about to fail is not classified first.
      if (first === undefined || damaged === 'leave-out') yield { name: key, image: decoded.image };
    } else {
      first ??= { file: key, why: decoded.why };
      leftOut.push(`${key} ${decoded.why}`);
    }
  }
  if (first !== undefined && damaged === 'fail')
    throw classifyFailures['image-unreadable']({ ...first, others: leftOut.length - 1 });
}
