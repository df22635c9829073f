import type { TaskReport } from '../engine/run.ts';
import type { Reason } from '../model/event.ts';
import type { MapReport, ReasonCount, RunReport, StaleFiles, WhyMap } from '../report/run-report.ts';
import type { EntryReport } from './run-pipeline.ts';

const examplesKept = 3;
const itemsKept = 20;

/** Gathers what was decided for every item while a plan goes by; memory does not grow with the items. */
export class ReasonLog {
  readonly #maps = new Map<string, MapReasons>();
  readonly #wanted: string | undefined;

  /** `item` keeps that item's reason whatever it is, also when it is up to date. */
  constructor(item?: string) {
    this.#wanted = item;
  }

  add(map: string, key: string, reason: Reason): void {
    let reasons = this.#maps.get(map);
    if (reasons === undefined) this.#maps.set(map, (reasons = { counts: new Map(), items: [] }));
    const { counts, items } = reasons;
    let count = counts.get(reason.because);
    if (count === undefined) counts.set(reason.because, (count = { count: 0, examples: [] }));
    count.count++;
    if (count.examples.length < examplesKept) count.examples.push({ key, reason });
    const listed =
      this.#wanted === undefined ? reason.because !== 'up to date' && items.length < itemsKept : key === this.#wanted;
    if (listed) items.push({ key, reason });
  }

  /** The most frequent first. */
  counts(map: string): ReasonCount[] {
    const counts = [...(this.#maps.get(map)?.counts ?? [])];
    return counts
      .map(([because, { count, examples }]) => ({ because, count, examples }))
      .sort((a, b) => b.count - a.count);
  }

  items(map: string): WhyMap['items'] {
    return this.#maps.get(map)?.items ?? [];
  }

  names(): string[] {
    return [...this.#maps.keys()];
  }
}

interface MapReasons {
  readonly counts: Map<Reason['because'], { count: number; examples: { key: string; reason: Reason }[] }>;
  readonly items: { readonly key: string; readonly reason: Reason }[];
}

/** The engine's report in the shape that every sink shares. */
export function runReport(
  task: string,
  report: TaskReport,
  more: { readonly reasons?: ReasonLog; readonly stale: readonly StaleFiles[]; readonly rendered?: string },
): RunReport {
  return {
    run: report.run,
    task,
    outcome: report.outcome,
    ...(report.result === undefined ? {} : { result: report.result }),
    ...(more.rendered === undefined ? {} : { rendered: more.rendered }),
    failureCount: report.failureCount,
    failures: report.failures,
    maps: report.maps.map((map): MapReport => {
      const { name, place, counts, once } = map;
      const reasons = more.reasons?.counts(name).filter(({ because }) => because !== 'up to date');
      return {
        name,
        once,
        counts,
        ...(place === undefined ? {} : { place }),
        ...(reasons === undefined ? {} : { reasons }),
      };
    }),
    elapsedMs: report.elapsedMs,
    stale: more.stale,
    decidedAfter: report.decidedAfter === undefined ? [] : [report.decidedAfter],
  };
}

/** Several entries of one pipeline as one report; its run is the first that did not end well, else the last. */
export function joinReports(pipeline: string, entries: readonly EntryReport[]): RunReport {
  const reports = entries.map(({ report }) => report);
  const worst = (['interrupted', 'failed', 'planned'] as const).find((outcome) =>
    reports.some((report) => report.outcome === outcome),
  );
  const last = reports.at(-1);
  return {
    run: (reports.find(({ outcome }) => outcome === worst) ?? last)?.run ?? 0,
    task: pipeline,
    outcome: worst ?? 'ok',
    ...(last?.result === undefined ? {} : { result: last.result }),
    ...(last?.rendered === undefined ? {} : { rendered: last.rendered }),
    failureCount: reports.reduce((sum, report) => sum + report.failureCount, 0),
    failures: reports.flatMap((report) => report.failures).slice(0, 100),
    maps: entries.flatMap(({ id, report }) => report.maps.map((map) => ({ ...map, name: `${id}/${map.name}` }))),
    elapsedMs: reports.reduce((sum, report) => sum + report.elapsedMs, 0),
    stale: reports.flatMap((report) => report.stale),
    decidedAfter: reports.flatMap((report) => report.decidedAfter),
  };
}
