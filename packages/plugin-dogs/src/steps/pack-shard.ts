import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { packTar, type PackEntry } from '@dataset-runner/kit/pack';
import type { PlacedCrop } from '../prepare/place-crops.ts';

/** Dogs of one part that go into one shard. */
export interface Shard {
  /** `train-000000`. */
  readonly key: string;
  readonly crops: readonly PlacedCrop[];
  /** Labels in the order of their numbers. */
  readonly classes: readonly string[];
}

/** A shard, and how many dogs are in it. */
export interface PackedShard {
  readonly key: string;
  readonly count: number;
  readonly file: FileRef;
}

/** Packs a shard as WebDataset reads it: `<number>.cls`, `.jpg` and `.json` side by side in a plain tar. */
export const packShard = defineStep({
  name: 'pack-shard',
  needs: { cpu: true },
  async work({ key, crops, classes }: Shard, { output, read }): Promise<PackedShard> {
    function* entries(): Generator<PackEntry> {
      for (const [index, { key: path, label, file }] of crops.entries()) {
        const name = String(index).padStart(6, '0');
        yield { key: `${name}.cls`, bytes: Buffer.from(String(classes.indexOf(label))) };
        yield { key: `${name}.jpg`, size: file.size, bytes: () => read(file) };
        yield { key: `${name}.json`, bytes: Buffer.from(JSON.stringify({ path, label })) };
      }
    }
    return { key, count: crops.length, file: await output.write(`shards/${key}.tar`, packTar(entries())) };
  },
});
