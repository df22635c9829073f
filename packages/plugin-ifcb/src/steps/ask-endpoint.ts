import { appendFile, readFile, truncate } from 'node:fs/promises';
import { canonicalJson, defineStep, sha256, type Tools } from '@dataset-runner/core/plugin';
import { askEndpoint as ask, type Endpoint } from '../classify/endpoint.ts';
import type { InputPlan } from '../classify/preprocess.ts';
import type { OnDamaged, Sample } from '../classify/samples.ts';
import { scoreSample } from '../classify/score-sample.ts';
import type { Scored } from '../classify/scored.ts';
import { encodeScores } from '../classify/scores.ts';

/** A service that classifies, and what it is sent. */
export interface EndpointUse extends Endpoint {
  readonly plan: InputPlan;
  readonly classCount: number;
  /** Images in one request. */
  readonly batch: number;
  readonly damaged: OnDamaged;
}

/**
 * Classifies the images of one bin or folder through an online endpoint, one request after the other.
 *
 * What was answered is kept until the sample is done: after a crash, or when the service was busy for too long, only
 * the rest is asked for.
 */
export const askEndpoint = defineStep({
  name: 'ask-endpoint',
  needs: { lane: 'network' },
  retries: 4,
  secrets: ['ifcb-endpoint-key'],
  async work(sample: Sample, tools: Tools<EndpointUse>): Promise<Scored> {
    const { key, uses, output, log, scratch, bytes, fetch, secret, signal, progress } = tools;
    const { batch, classCount, plan, damaged } = uses;
    // Another listing or another model is another file: no score can come from an image that was replaced.
    const name = sha256(canonicalJson([sample, uses])).slice(-16);
    const answered = await scratch(`scores-${name}`);
    const earlier = await readWhole(answered, batch * classCount);
    const score = async (planes: readonly Uint8Array[]): Promise<Float32Array> => {
      const scores = await ask(planes, uses, { fetch, secret, signal, patience: { tries: 5, firstWaitMs: 500 } });
      await appendFile(answered, new Uint8Array(scores.buffer));
      return scores;
    };
    const { leftOut, ...found } = await scoreSample(
      sample,
      { plan, batch, classCount, score, earlier },
      { bytes, signal, progress, damaged },
    );
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

/** Scores of whole batches; a batch that was cut in writing is asked for again, and the file made fit to append to. */
async function readWhole(path: string, numbers: number): Promise<Float32Array> {
  const bytes = await readFile(path).catch(() => new Uint8Array());
  const whole = Math.floor(bytes.length / (numbers * 4)) * numbers * 4;
  if (whole < bytes.length) await truncate(path, whole);
  return new Float32Array(new Uint8Array(bytes.subarray(0, whole)).buffer);
}
