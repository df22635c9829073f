import type { Tools } from '@dataset-runner/core/plugin';
import { classifyFailures } from './failures.ts';
import { fillPlane, type InputPlan } from './preprocess.ts';
import { imagesOf, type OnDamaged, type Sample } from './samples.ts';
import type { Scores } from './scores.ts';

/** What gives scores for planes: a model here, or a service. */
export interface Scorer {
  readonly plan: InputPlan;
  readonly classCount: number;
  /** Planes at once, at most. */
  readonly batch: number;
  /** The planes are the caller's again when it has settled. */
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
  // Filled again for each batch: made anew they keep the garbage collector busy.
  const planes: Uint8Array[] = [];
  let filled = 0;
  const flush = async (): Promise<void> => {
    if (filled > 0) parts.push(await scorer.score(planes.slice(0, filled)));
    filled = 0;
    tools.progress(images.length, sample.shard?.count);
  };
  for await (const { name, image } of imagesOf(sample, tools, { damaged, leftOut })) {
    images.push(name);
    if (images.length <= skip) continue;
    planes[filled] ??= new Uint8Array(plan.width * plan.height);
    fillPlane(planes[filled++]!, image, plan);
    if (filled === batch) await flush();
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
