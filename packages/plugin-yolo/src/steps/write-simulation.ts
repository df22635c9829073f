import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { type SimulationEvent, type SimulationSummary, summarize } from '../simulate/simulation-log.ts';
import type { StageRow } from './simulate-stage.ts';

export interface StagesDone {
  readonly stages: { readonly [stage: string]: ResultsReader<StageRow> };
  readonly about: Pick<SimulationSummary, 'detector' | 'seed' | 'splits' | 'images'>;
}

export interface SimulationWritten {
  readonly log: FileRef;
  readonly summary: FileRef;
  readonly successes: number;
  readonly failures: number;
  readonly remaining: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Writes the log, `simulation.jsonl`, and the summary, `simulation.json`. */
export const writeSimulation = defineStep({
  name: 'write-simulation',
  async work({ stages, about }: StagesDone, { output }): Promise<SimulationWritten> {
    const events: SimulationEvent[] = [];
    for (const stage of Object.values(stages)) for await (const { result } of stage) events.push(result.event);
    // Rows of a stage come in the order of their keys.
    events.sort((one, other) => one.stage - other.stage || rank(one) - rank(other) || (one.at < other.at ? -1 : 1));
    const summary = summarize(events, about);
    return {
      log: await output.write('simulation.jsonl', events.map((event) => `${JSON.stringify(event)}\n`).join('')),
      summary: await output.write('simulation.json', `${JSON.stringify(summary, undefined, 2)}\n`),
      successes: summary.successes,
      failures: summary.failures,
      remaining: summary.remaining,
      p50Ms: summary.latencyMs.p50,
      p95Ms: summary.latencyMs.p95,
    };
  },
});

function rank({ event }: SimulationEvent): number {
  return event === 'stage-started' ? 0 : event === 'stage-done' ? 2 : 1;
}
