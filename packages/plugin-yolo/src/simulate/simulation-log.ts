/** A line of `simulation.jsonl`, in the order of time. */
export type SimulationEvent =
  | {
      readonly event: 'stage-started';
      readonly at: string;
      readonly stage: number;
      readonly workers: number;
      readonly seconds: number;
    }
  | {
      readonly event: 'inference';
      readonly at: string;
      readonly stage: number;
      readonly worker: number;
      readonly image: string;
      readonly latencyMs: number;
      readonly detections: number;
      /** The feedback file; missing where its form cannot say that nothing was found. */
      readonly feedback?: string;
    }
  | {
      readonly event: 'failure';
      readonly at: string;
      readonly stage: number;
      readonly worker: number;
      readonly image: string;
      readonly latencyMs: number;
      readonly why: string;
    }
  | {
      readonly event: 'stage-done';
      readonly at: string;
      readonly stage: number;
      /** Whether its time was over, or there were no more images. */
      readonly because: 'time' | 'images';
    };

/** `simulation.json`. */
export interface SimulationSummary {
  readonly schema: 1;
  readonly detector: string;
  readonly seed: number;
  readonly splits: readonly string[];
  readonly images: number;
  readonly successes: number;
  readonly failures: number;
  /** Images without an answer. */
  readonly remaining: number;
  readonly latencyMs: Latency;
  readonly stages: readonly {
    readonly stage: number;
    readonly workers: number;
    readonly seconds: number;
    readonly because: 'time' | 'images';
    readonly successes: number;
    readonly failures: number;
    /** Answers a second, from its first to its last event. */
    readonly perSecond: number | null;
    readonly latencyMs: Latency;
  }[];
}

/** Milliseconds; null without answers. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

/** Percentiles by nearest rank: an answer that really took so long. */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((one, other) => one - other);
  const rank = (share: number): number | null => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { p50: rank(0.5), p95: rank(0.95), max: sorted.at(-1) ?? null };
}

/** Sums up events; a stage that was cut and taken up again has two beginnings, of which the first counts. */
export function summarize(
  events: readonly SimulationEvent[],
  about: Pick<SimulationSummary, 'detector' | 'seed' | 'splits' | 'images'>,
): SimulationSummary {
  const answers = events.filter((one) => one.event === 'inference');
  const failures = events.filter((one) => one.event === 'failure').length;
  const stages = events.flatMap((started) => {
    if (started.event !== 'stage-started') return [];
    const own = events.filter(({ stage }) => stage === started.stage);
    const answered = own.filter((one) => one.event === 'inference');
    const done = own.find((one) => one.event === 'stage-done');
    const seconds = (Date.parse(own.at(-1)!.at) - Date.parse(started.at)) / 1_000;
    return [
      {
        stage: started.stage,
        workers: started.workers,
        seconds: started.seconds,
        because: done?.because ?? 'time',
        successes: answered.length,
        failures: own.filter((one) => one.event === 'failure').length,
        perSecond: seconds > 0 && answered.length > 0 ? Number((answered.length / seconds).toFixed(2)) : null,
        latencyMs: latencyOf(answered.map((one) => one.latencyMs)),
      },
    ];
  });
  const answered = new Set(answers.map(({ image }) => image));
  return {
    schema: 1,
    ...about,
    successes: answers.length,
    failures,
    remaining: about.images - answered.size,
    latencyMs: latencyOf(answers.map((one) => one.latencyMs)),
    stages,
  };
}
