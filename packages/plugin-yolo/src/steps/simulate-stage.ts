import { setTimeout as delay } from 'node:timers/promises';
import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { seeded } from '@dataset-runner/kit/seeded';
import { type Detection, roundedBox } from '../detect/detection.ts';
import { type Detector, type DetectorOptions, openDetector } from '../detect/detector.ts';
import { type Feedback, feedbackText, plainFeedbackText } from '../feedback/feedback.ts';
import { readManifest } from '../manifest.ts';
import { InTurn } from '../simulate/in-turn.ts';
import { mockDetections } from '../simulate/mock-detector.ts';
import { simulatedReview } from '../simulate/review.ts';
import type { SimulationEvent } from '../simulate/simulation-log.ts';
import type { Stage } from '../simulate/stages.ts';
import { imagesOfSplits, type KnownImage } from '../simulate/truth.ts';
import { readSplits } from '../split/splits-csv.ts';

/** Everything that stays the same from stage to stage. */
export interface World {
  readonly set: string;
  readonly manifest: FileRef;
  readonly divided: FileRef;
  readonly splits: readonly string[];
  readonly classCount: number;
  readonly seed: number;
  readonly format: 'own' | 'plain';
  /** A real detector; without it one is imitated that takes about `mockMs`. */
  readonly detector?: { readonly model: FileRef; readonly options: DetectorOptions };
  readonly mockMs: number;
  readonly pauseMs: number;
  readonly timeoutMs: number;
  /** The share of images that a simulated radiologist looks at, and how often he is wrong. */
  readonly review: { readonly share: number; readonly slip: number };
}

export interface StageToRun extends Stage {
  readonly key: string;
  /** From 1. */
  readonly stage: number;
  /** Images that had no answer yet, in the order they are sent. */
  readonly images: readonly { readonly image: string; readonly file: FileRef | null }[];
  readonly real: boolean;
}

export interface StageRow {
  /** The image, or `stage-started` and `stage-done`. */
  readonly key: string;
  readonly event: SimulationEvent;
}

interface Opened extends AsyncDisposable {
  readonly known: ReadonlyMap<string, KnownImage>;
  readonly detector?: Detector;
}

/**
 * Keeps as many requests on their way as the stage has workers, until its time is over or every image had its answer.
 *
 * Each answer is a row of its own, recorded at once: a stage that was killed goes on with the images that have none, for
 * its whole time again. An image whose request failed comes back in the next stage.
 */
export const simulateStage = defineStep({
  name: 'simulate-stage',
  retries: 0,
  needs: ({ real }: StageToRun) => (real ? { cpu: true, memoryMb: 700 } : {}),
  async open(world: World, { bytes, localPath }): Promise<Opened> {
    const text = async (file: FileRef): Promise<string> => Buffer.from(await bytes(file)).toString('utf8');
    const lines = readManifest(await text(world.manifest));
    const images = imagesOfSplits(lines, readSplits(await text(world.divided)), world.splits);
    const known = new Map(images.map((one) => [one.image, one]));
    const { detector: use } = world;
    if (use === undefined) return { known, async [Symbol.asyncDispose]() {} };
    const detector = await openDetector(await localPath(use.model), use.model.key.split('/').at(-1)!, use.options);
    return { known, detector, [Symbol.asyncDispose]: () => detector[Symbol.asyncDispose]() };
  },
  async *work(item: StageToRun, tools: Tools<World, Opened>): AsyncGenerator<StageRow, void, undefined> {
    const { done, log, output, progress, signal, uses } = tools;
    const { stage, workers, seconds } = item;
    const now = (): string => new Date().toISOString();
    log(`Starting stage ${stage}: ${workers} workers for ${seconds} seconds`);
    if (!done('stage-started'))
      yield { key: 'stage-started', event: { event: 'stage-started', at: now(), stage, workers, seconds } };
    const startMs = performance.now();
    const left = item.images.filter(({ image }) => !done(image));
    const isOver = (): boolean => signal.aborted || performance.now() - startMs >= seconds * 1_000;
    const answers = new InTurn<Answer>();
    let next = 0;
    const worker = async (number: number): Promise<void> => {
      for (let one = left[next++]; one !== undefined && !isOver(); one = left[next++]) {
        answers.push(await ask(one, { number, stage }, tools));
        await delay(uses.pauseMs, undefined, { signal }).catch(() => undefined);
      }
    };
    const all = Promise.all(Array.from({ length: workers }, (_, at) => worker(at + 1))).finally(() => answers.end());
    let [successes, failures] = [0, 0];
    for await (const { event, feedback } of answers) {
      progress(Math.min(seconds, (performance.now() - startMs) / 1_000), seconds);
      if (feedback === undefined) failures++;
      else successes++;
      const text = feedback === undefined ? undefined : textOf(feedback, uses.format);
      // A slash in an image's name is a folder, here as in the set.
      const file =
        text === undefined ? {} : { feedback: (await output.write(`feedback/${event.image}.json`, text)).key };
      yield { key: event.image, event: { ...event, ...file } };
    }
    await all;
    signal.throwIfAborted();
    const because = next > left.length && !isOver() ? 'images' : 'time';
    log(`Stage ${stage} done: ${successes} successes, ${failures} failures`);
    yield { key: 'stage-done', event: { event: 'stage-done', at: now(), stage, because } };
  },
});

// What lies beside the image, in the padding of the input, is cut to nothing: feedback of it could not be read.
function hasArea({ box }: Detection): boolean {
  const [, , width, height] = roundedBox(box, 4);
  return width > 0 && height > 0;
}

interface Answer {
  readonly event: Extract<SimulationEvent, { readonly image: string }>;
  readonly feedback?: Feedback;
}

function textOf(feedback: Feedback, format: World['format']): string | undefined {
  return format === 'own' ? feedbackText(feedback) : plainFeedbackText(feedback);
}

async function ask(
  { image, file }: StageToRun['images'][number],
  { number, stage }: { readonly number: number; readonly stage: number },
  { uses, opened, bytes, signal }: Pick<Tools<World, Opened>, 'uses' | 'opened' | 'bytes' | 'signal'>,
): Promise<Answer> {
  const known = opened.known.get(image)!;
  const sentMs = performance.now();
  let detections: readonly Detection[] = [];
  let why: string | undefined;
  try {
    if (opened.detector === undefined) {
      const tookMs = uses.mockMs * (0.5 + seeded(`latency ${uses.seed} ${image}`).unit());
      await delay(Math.min(tookMs, uses.timeoutMs + 1), undefined, { signal });
      detections = mockDetections(known, uses.classCount, uses.seed);
    } else detections = (await opened.detector.detect(await bytes(file!), image)).detections.filter(hasArea);
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  const latencyMs = Math.round((performance.now() - sentMs) * 10) / 10;
  if (why === undefined && latencyMs > uses.timeoutMs) why = `no answer within ${uses.timeoutMs} ms`;
  const at = new Date().toISOString();
  const base = { at, stage, worker: number, image, latencyMs };
  if (why !== undefined) return { event: { event: 'failure', ...base, why } };
  const reviewed = seeded(`reviewed ${uses.seed} ${image}`).unit() < uses.review.share;
  const about = opened.detector?.about;
  const feedback: Feedback = {
    schema: 1,
    image_id: image,
    ...(known.sha256 === undefined ? {} : { image_sha256: known.sha256 }),
    model: about === undefined ? { name: 'mock' } : { name: about.name, sha256: about.sha256 },
    timestamp: at,
    detections,
    ...(reviewed ? { review: simulatedReview(known, detections, { seed: uses.seed, slip: uses.review.slip }) } : {}),
  };
  return { event: { event: 'inference', ...base, detections: detections.length }, feedback };
}
