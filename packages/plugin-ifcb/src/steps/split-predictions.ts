import { defineStep, type FileRef, refUrl, type Tools } from '@dataset-runner/core/plugin';
import { encodeClasses, readPredictions } from '../publish/predictions.ts';

/** The classes of one bin, apart from those of all others. */
export interface SplitBin {
  /** The bin's id. */
  readonly key: string;
  readonly images: number;
  /** Of the classes, in the order of the scores. */
  readonly names: readonly string[];
  readonly classes: FileRef;
}

/** Takes a table of predictions apart by bin: what is done with one bin then needs its own rows alone. */
export const splitPredictions = defineStep({
  name: 'split-predictions',
  // 2: a score that nobody gave is none; it was 0.
  // 3: classes that begin like a formula have their own names again.
  // 4: nor is a score of a class that nobody gave 0.
  // 5: where images lie is kept.
  version: 5,
  needs: { cpu: true },
  async *work(table: FileRef, { read, output, done, uses }: Tools<{ readonly classes: readonly string[] }>) {
    const stream = await read(table);
    for await (const bin of readPredictions(stream, { file: refUrl(table), classes: uses.classes })) {
      if (done(bin.bin)) continue;
      const classes = await output.write(`${bin.bin}.csv`, encodeClasses(bin));
      yield { key: bin.bin, images: bin.rows.length, names: bin.names, classes } satisfies SplitBin;
    }
  },
});
