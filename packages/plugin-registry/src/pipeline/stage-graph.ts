import { registryFailures } from '../failures.ts';
import type { OwnedPath } from '../repo/overlaps.ts';
import { pipelineFailures } from './pipeline-failures.ts';
import type { Stage } from './stage.ts';

/** Which stages wait for which: an edge where a dependency lies in, under or above an output of another stage. */
export interface StageGraph {
  /** In the order they may run one by one: depth first, those a stage waits for before it. */
  readonly ordered: readonly Stage[];
  /** Addresses of the stages each one waits for. */
  readonly waitsFor: ReadonlyMap<string, readonly string[]>;
}

/**
 * Links all stages of a repository; throws `registry.graph-cycle` and `registry.outs-overlap`.
 *
 * Also for a stage that reads what it makes, and for an output that a `.dvc` file tracks (`owned`): both would be
 * removed before the stage runs.
 */
export function graphOf(stages: readonly Stage[], owned: readonly OwnedPath[] = []): StageGraph {
  const owners = ownersOf(stages);
  refuseOwned(owners, owned);
  const waitsFor = new Map<string, readonly string[]>();
  for (const stage of stages) {
    const before = new Set<string>();
    for (const path of stage.reads) for (const owner of touching(owners, path)) before.add(owner);
    waitsFor.set(stage.address, [...before]);
  }
  return { ordered: ordered(stages, waitsFor), waitsFor };
}

/** The stages with all they wait for (`up`) or all that wait for them (`down`). */
export function reachable(
  graph: StageGraph,
  from: readonly string[],
  { direction }: { readonly direction: 'up' | 'down' },
): Set<string> {
  const next = new Map<string, string[]>();
  for (const [address, before] of graph.waitsFor) {
    for (const other of before) {
      const [key, value] = direction === 'up' ? [address, other] : [other, address];
      next.set(key, [...(next.get(key) ?? []), value]);
    }
  }
  const found = new Set(from);
  for (const address of found) for (const other of next.get(address) ?? []) found.add(other);
  return found;
}

interface Owners {
  /** Output path to stage. */
  readonly exact: ReadonlyMap<string, string>;
  /** Every folder above an output, to the stages below it. */
  readonly above: ReadonlyMap<string, ReadonlySet<string>>;
}

function ownersOf(stages: readonly Stage[]): Owners {
  const exact = new Map<string, string>();
  const above = new Map<string, Set<string>>();
  for (const { address, outs } of stages) {
    for (const { inRepo } of outs) {
      const other = exact.get(inRepo);
      if (other !== undefined)
        throw registryFailures['outs-overlap']({ path: `${inRepo} of ${address}`, other: inRepo, file: other });
      exact.set(inRepo, address);
      for (const folder of foldersAbove(inRepo)) above.set(folder, (above.get(folder) ?? new Set()).add(address));
    }
  }
  for (const path of exact.keys()) {
    const outer = foldersAbove(path).find((folder) => exact.has(folder));
    if (outer !== undefined)
      throw registryFailures['outs-overlap']({ path, other: outer, file: exact.get(outer) ?? '' });
  }
  return { exact, above };
}

function refuseOwned({ exact, above }: Owners, owned: readonly OwnedPath[]): void {
  for (const { path, file } of owned) {
    const outer = [path, ...foldersAbove(path)].find((each) => exact.has(each));
    if (outer !== undefined)
      throw registryFailures['outs-overlap']({ path: `${outer} of ${exact.get(outer)}`, other: path, file });
    const [inner] = above.get(path) ?? [];
    if (inner !== undefined)
      throw registryFailures['outs-overlap']({ path: `an output of ${inner}`, other: path, file });
  }
}

function touching({ exact, above }: Owners, path: string): string[] {
  const here = [path, ...foldersAbove(path)].flatMap((each) => exact.get(each) ?? []);
  return [...here, ...(above.get(path) ?? [])];
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, at) => parts.slice(0, parts.length - 1 - at).join('/')).filter((folder) => folder !== '');
}

function ordered(stages: readonly Stage[], waitsFor: ReadonlyMap<string, readonly string[]>): Stage[] {
  const byAddress = new Map(stages.map((stage) => [stage.address, stage]));
  const done = new Set<string>();
  const result: Stage[] = [];
  const visit = (stage: Stage, path: readonly string[]): void => {
    if (done.has(stage.address)) return;
    if (path.includes(stage.address)) {
      const ring = [...path.slice(path.indexOf(stage.address)), stage.address];
      throw pipelineFailures['graph-cycle']({ stages: ring });
    }
    for (const before of waitsFor.get(stage.address) ?? []) {
      const other = byAddress.get(before);
      if (other !== undefined) visit(other, [...path, stage.address]);
    }
    done.add(stage.address);
    result.push(stage);
  };
  for (const stage of stages) visit(stage, []);
  return result;
}
