import type { Tools } from '@dataset-runner/core/plugin';
import { classifyFailures } from './failures.ts';
import type { InputPlan } from './preprocess.ts';
import { type OnDamaged, prepared, type Sample } from './samples.ts';
import type { Scores } from './scores.ts';

/** What gives scores for planes: a model here, or a service. */
export interface Scorer {
  readonly plan: InputPlan;
  readonly classCount: number;
  /** Planes at once, at most. */
  readonly batch: number;
  readonly score: (planes: readonly Uint8Array[]) => Promise<Float32Array>;
  /** Scores of the first images that an earlier attempt left; they are not asked for again. */
  readonly earlier?: Float32Array;
}

export interface ScoredSample extends Scores {
  /** Images that could not be used, each with the reason. */
  readonly leftOut: readonly string[];
}

/** Scores all images of a sample, batch by batch. Throws `ifcb.score-invalid`. */
export async function scoreSample(
  sample: Sample,
  scorer: Scorer,
  { damaged, ...tools }: Pick<Tools, 'bytes' | 'signal' | 'progress'> & { readonly damaged: OnDamaged },
): Promise<ScoredSample> {
  const { plan, classCount, batch, earlier = new Float32Array() } = scorer;
  const leftOut: string[] = [];
  const images: string[] = [];
  const parts: Float32Array[] = [earlier];
  const skip = earlier.length / classCount;
  let planes: Uint8Array[] = [];
  const flush = async (): Promise<void> => {
    if (planes.length > 0) parts.push(await scorer.score(planes));
    planes = [];
    tools.progress(images.length, sample.shard?.count);
  };
  for await (const { image, plane } of prepared(sample, tools, { plan, damaged, leftOut })) {
    images.push(image);
    if (images.length <= skip) continue;
    planes.push(plane);
    if (planes.length === batch) await flush();
  }
  await flush();
  const scores = new Float32Array(images.length * classCount);
  let at = 0;
  for (const part of parts) {
    scores.set(part, at);
    at += part.length;
  }
  const odd = scores.findIndex((score) => Number.isNaN(score));
  if (odd >= 0)
    throw classifyFailures['score-invalid']({ image: images[Math.floor(odd / classCount)]!, output: odd % classCount });
  return { images, scores, classCount, leftOut };
}
