import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import type { PackedShard } from './pack-shard.ts';

/** Writes which shards there are, how many dogs each holds, its bytes and digest, and the names of the classes. */
export const indexShards = defineStep({
  name: 'index-shards',
  work: (
    {
      shards,
      classes,
    }: { readonly key: string; readonly shards: readonly PackedShard[]; readonly classes: readonly string[] },
    { output },
  ): Promise<FileRef> => {
    const rows = shards.map(({ key, count, file }) => ({
      shard: `${key}.tar`,
      count,
      size: file.size,
      digest: file.digest,
    }));
    return output.write('shards/index.json', `${JSON.stringify({ classes, shards: rows }, undefined, 2)}\n`);
  },
});
