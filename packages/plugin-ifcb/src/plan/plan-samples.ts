import { listFiles, type RunContext } from '@dataset-runner/core/plugin';
import { findBins } from '../bins/find-bins.ts';
import { classifyFailures } from '../classify/failures.ts';
import type { Sample } from '../classify/samples.ts';
import { shardsOf } from '../classify/shards.ts';

/** Where images come from: folders of PNGs, or raw bins. */
export interface SampleSource {
  readonly images?: string | undefined;
  readonly bins?: string | undefined;
  readonly folders: readonly string[];
}

/** The units of a classification, in the order of the listing, made while they are taken. */
export async function* planSamples(
  { images, bins, folders }: SampleSource,
  store: RunContext<unknown>['store'],
): AsyncGenerator<Sample, void, undefined> {
  if (bins !== undefined) {
    const listed = await listFiles(await store(bins));
    for (const bin of findBins(listed, { folders }).bins) yield { key: bin.key, bin };
  }
  if (images === undefined) return;
  const { place, list } = await opened(store, images);
  let count = 0;
  for await (const shard of shardsOf(place, list())) {
    count += shard.count;
    yield { key: shard.key, shard };
  }
  if (count === 0) throw classifyFailures['no-images']({ place });
}

async function opened(store: RunContext<unknown>['store'], place: string) {
  const found = await store(place);
  return { place: found.place, list: () => found.list() };
}
