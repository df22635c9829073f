import type { RunContext } from '@dataset-runner/core/plugin';
import { classifyFailures } from '../classify/failures.ts';
import type { Sample } from '../classify/samples.ts';
import { shardsOf } from '../classify/shards.ts';
import { listBins } from './list-bins.ts';

/** Where images come from: folders of PNGs, or raw bins. */
export interface SampleSource {
  readonly images?: string | undefined;
  readonly bins?: string | undefined;
  readonly folders: readonly string[];
  readonly corrections?: string | undefined;
}

/**
 * The units of a classification, in the order of the listing, made while they are taken: a million images are never in
 * memory together. Throws `ifcb.no-images` and `ifcb.no-bins`.
 */
export async function* planSamples(
  { images, bins, folders, corrections }: SampleSource,
  { store, log }: Pick<RunContext<never>, 'store' | 'log'>,
): AsyncGenerator<Sample, void, undefined> {
  if (bins !== undefined) {
    for (const bin of await listBins({ store, log }, { bins, folders, corrections })) yield { key: bin.key, bin };
  }
  if (images === undefined) return;
  const listed = await store(images);
  let count = 0;
  for await (const shard of shardsOf(listed.place, listed.list())) {
    count += shard.count;
    yield { key: shard.key, shard };
  }
  if (count === 0) throw classifyFailures['no-images']({ place: images });
}
