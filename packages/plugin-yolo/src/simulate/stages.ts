import { yoloFailures } from '../failures.ts';

/** A time of constant load. */
export interface Stage {
  /** Requests on their way at one time, at the most. */
  readonly workers: number;
  readonly seconds: number;
}

/** Reads `1,2,3` or `1x30,2x60`: workers, and seconds where a stage has its own; throws `yolo.stages-invalid`. */
export function readStages(text: string, seconds: number): Stage[] {
  return text.split(',').map((part) => {
    const [, workers, own] = /^(\d{1,4})(?:x(\d+(?:\.\d+)?))?$/.exec(part.trim()) ?? [];
    const stage = { workers: Number(workers), seconds: own === undefined ? seconds : Number(own) };
    if (!(stage.workers > 0 && stage.seconds > 0)) throw yoloFailures['stages-invalid']({ stages: text, part });
    return stage;
  });
}
