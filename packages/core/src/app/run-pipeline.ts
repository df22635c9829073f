import { evaluateReferences } from '../config/output-reference.ts';
import { planPipeline, type PlannedEntry } from '../config/plan-pipeline.ts';
import type { Pipeline, Project } from '../config/project.ts';
import type { Json } from '../lib/canonical-json.ts';
import type { Emit } from '../model/event.ts';
import type { RunReport } from '../report/run-report.ts';

/** What came of one entry of a pipeline. */
export interface EntryReport {
  readonly id: string;
  readonly report: RunReport;
}

/** Runs one entry with its params, references replaced. */
export type RunEntry = (entry: PlannedEntry['entry'], params: PlannedEntry['entry']['params']) => Promise<RunReport>;

/**
 * Runs a pipeline's entries by their graph: each as soon as those it waits for succeeded, side by side where
 * the graph allows. Entries behind a failed one are left out.
 *
 * A dry run plans entry by entry and stops where outputs are not known yet. Reports come in the order of the plan,
 * whichever entry was done first.
 */
export async function runPipelineEntries(pipeline: Pipeline, runEntry: RunEntry): Promise<readonly EntryReport[]> {
  const { entries } = planPipeline(pipeline);
  const outputs: { [entry: string]: Json } = {};
  const reports = new Map<string, RunReport>();
  const done = new Map<string, Promise<boolean>>();
  for (const planned of entries) {
    const { entry, waitsFor } = planned;
    done.set(
      entry.id,
      (async () => {
        const before = await Promise.all(waitsFor.map((id) => done.get(id) ?? Promise.resolve(false)));
        if (before.includes(false)) return false;
        const report = await runEntry(entry, evaluateReferences(entry.params, outputs, pipeline.name));
        reports.set(entry.id, report);
        if (report.result !== undefined) outputs[entry.id] = report.result as Json;
        return report.outcome === 'ok' || (report.outcome === 'planned' && report.result !== undefined);
      })(),
    );
  }
  // The first thrown failure is the pipeline's; the others were side by side and end by themselves.
  const settled = await Promise.allSettled(done.values());
  const thrown = settled.find((result) => result.status === 'rejected');
  if (thrown !== undefined) throw thrown.reason;
  return entries.flatMap(({ entry: { id } }) => {
    const report = reports.get(id);
    return report === undefined ? [] : [{ id, report }];
  });
}

/**
 * Gives the events of each entry, from a sink of its own, map numbers that no other entry has: entries run side by
 * side, and each counts its maps from 0.
 */
export function sinkForEach(emit: Emit): () => Emit {
  let next = 0;
  return () => {
    const numbers = new Map<number, number>();
    return (event) => {
      if (!('map' in event)) return emit(event);
      let map = numbers.get(event.map);
      if (map === undefined) numbers.set(event.map, (map = next++));
      emit({ ...event, map });
    };
  };
}

/** The pipeline of a name, if the project has one. */
export function pipelineOf(project: Project, name: string): Pipeline | undefined {
  return Object.hasOwn(project.pipelines, name) ? project.pipelines[name] : undefined;
}
