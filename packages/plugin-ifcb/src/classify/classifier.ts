import type { FileRef } from '@dataset-runner/core/plugin';
import { openOnnx } from '@dataset-runner/kit/onnx';
import { classifyFailures } from './failures.ts';
import { type InputPlan, writePlane } from './preprocess.ts';

/** What every bin is classified with; part of each fingerprint. */
export interface ModelUse {
  readonly model: FileRef;
  readonly plan: InputPlan;
  readonly classCount: number;
  /** Images at once. */
  readonly batch: number;
  /** The model gives numbers of any size, which softmax makes into shares of one. */
  readonly softmax: boolean;
}

/** Gives scores for planes, one batch after the other; one in each worker. */
export interface Classifier extends AsyncDisposable {
  readonly plan: InputPlan;
  readonly batch: number;
  /** Planes, at most `batch`, to `classCount` scores for each. Throws `ifcb.class-count`. */
  classify(planes: readonly Uint8Array[]): Promise<Float32Array>;
}

/** Loads the model and lets it run once on nothing. */
export async function openClassifier(
  { model: file, plan, classCount, batch: asked, softmax }: ModelUse,
  path: string,
): Promise<Classifier> {
  const batch = plan.fixedBatch ?? asked;
  const { height, width, channels } = plan;
  const imageDims = plan.layout === 'nhwc' ? [height, width, channels] : [channels, height, width];
  const pixels = height * width * channels;
  const warmUp = { [plan.input]: [batch, ...imageDims] };
  const model = await openOnnx(path, { label: file.key, warmUp });
  // Megabytes each: made anew for every batch they keep the garbage collector busy.
  const idle: Float32Array[] = [];
  return {
    plan,
    batch,
    async classify(planes) {
      // A model of fixed size also gets black images; their scores are not looked at.
      const count = plan.fixedBatch ?? planes.length;
      // Never one array for all: other bins of this worker fill theirs while this one waits for its turn to run.
      const room = idle.pop() ?? new Float32Array(batch * pixels);
      for (const [index, plane] of planes.entries()) writePlane(plane, plan, room, index);
      room.fill(0, planes.length * pixels, count * pixels);
      const data = room.subarray(0, count * pixels);
      const outputs = Object.values(await model.run({ [plan.input]: { dims: [count, ...imageDims], data } }));
      idle.push(room);
      const [output] = outputs;
      if (output?.dims.join() !== [count, classCount].join())
        throw classifyFailures['class-count']({
          model: file.key,
          scores: output === undefined ? 'nothing' : output.dims.slice(1).join(' x '),
          classes: classCount,
        });
      const scores = output.data.slice(0, planes.length * classCount);
      if (softmax) toShares(scores, classCount);
      return scores;
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

function toShares(scores: Float32Array, classCount: number): void {
  for (let from = 0; from < scores.length; from += classCount) {
    const own = scores.subarray(from, from + classCount);
    const top = own.reduce((most, value) => Math.max(most, value), -Infinity);
    const powers = Float64Array.from(own, (value) => Math.exp(value - top));
    const sum = powers.reduce((total, power) => total + power, 0);
    for (const [at, power] of powers.entries()) own[at] = power / sum;
  }
}
