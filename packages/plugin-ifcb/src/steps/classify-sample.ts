import { defineStep } from '@dataset-runner/core/plugin';
import { type ModelUse, openClassifier } from '../classify/classifier.ts';
import type { OnDamaged, Sample } from '../classify/samples.ts';
import { scoreSample } from '../classify/score-sample.ts';
import type { Scored } from '../classify/scored.ts';
import { encodeScores } from '../classify/scores.ts';

/**
 * Classifies the images of one bin or folder with the worker's own session.
 *
 * While a session computes, its thread does nothing else: files come meanwhile, and other workers decode.
 */
export const classifySample = defineStep({
  name: 'classify-sample',
  // A batch of 16 takes about 200 MB inside the ten-class network, whose first layers keep the full size.
  needs: { cpu: true, memoryMb: 400 },
  open: (use: ModelUse & { readonly damaged: OnDamaged }, { localPath }) =>
    localPath(use.model).then((path) => openClassifier(use, path)),
  async work(sample: Sample, { key, uses, opened, output, log, bytes, signal, progress }): Promise<Scored> {
    const { plan, batch } = opened;
    const scorer = { plan, batch, classCount: uses.classCount, score: opened.classify.bind(opened) };
    const { leftOut, ...found } = await scoreSample(sample, scorer, { bytes, signal, progress, damaged: uses.damaged });
    for (const line of leftOut) log(`left out: ${line}`);
    return {
      key,
      isBin: sample.bin !== undefined || sample.shard?.isBin === true,
      images: found.images.length,
      leftOut: leftOut.length,
      scores: await output.write(`${key}.scores`, encodeScores(found)),
    };
  },
});
