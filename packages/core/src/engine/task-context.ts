import { canonicalJson } from '../lib/canonical-json.ts';
import { fail } from '../model/failure.ts';
import { placePrefix } from '../model/file-ref.ts';
import type { Step } from '../model/step.ts';
import type { DatasetAbout, Items, MapOptions, OnceOptions, ReadOnlyStore, RunContext } from '../model/task.ts';
import type { OpenStore } from '../model/store.ts';
import type { State } from '../state/state.ts';
import { isBelow, rootOf } from '../storage/nested.ts';
import { type DatasetOptions, publishDataset } from './dataset.ts';
import { listWithFreed } from './freed-files.ts';
import { resolveResults } from './results.ts';
import type { RunningPlugin } from './task-run.ts';

export interface ContextOptions extends DatasetOptions {
  readonly state: State;
  readonly run: number;
  readonly openStore: OpenStore;
  readonly canonicalPlace: (place: string) => string;
  readonly locationOf: (place: string) => string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly stop: AbortSignal;
  readonly log: (message: string) => void;
}

/** What a task's `run` gets: it plans with these, and can write nothing but through steps. */
export function taskContext(options: ContextOptions): RunContext<unknown> {
  const { taskRun, state, dryRun } = options;
  const { plugin, definition } = options.plugin;
  const { name } = plugin;
  const ownSteps = Object.values(definition.steps).map((step) => step.name);
  const lister = { plugin: name, steps: new Set(ownSteps), force: options.force };

  async function once(step: Step<never>, item: unknown, how: OnceOptions<unknown> = {}): Promise<unknown> {
    // Compared by the digest of the Results in it, sent as readers: rows may be a million, the item stays small.
    const resolved = await resolveResults(item);
    const results = taskRun.map(step, [resolved.sent], {
      ...how,
      key: () => how.key ?? step.name,
      canonical: () => canonicalJson(resolved.compared ?? null),
      once: true,
    });
    const [result] = await results.toArray();
    return result;
  }
  // The item's failure is reported with its map; a task that awaits something else first must not end for it.
  const quietOnce = (...args: Parameters<typeof once>): Promise<unknown> => {
    const result = once(...args);
    result.catch(() => undefined);
    return result;
  };

  return {
    params: options.params,
    map: ((step: Step<never>, items: Items<unknown>, how?: MapOptions<unknown, unknown>) =>
      taskRun.map(step, items, how)) as RunContext<unknown>['map'],
    once: quietOnce as RunContext<unknown>['once'],
    async atEnd(step, item) {
      // In a dry run nothing is started, so nothing has to be stopped.
      if (dryRun) return;
      const { plugin, entry } = options.plugin;
      state.atEnd.add({
        run: options.run,
        plugin: plugin.name,
        entry,
        step: step.name,
        // As it will be read back after a kill: what JSON cannot carry is refused now and not then.
        item: JSON.parse(canonicalJson(item)),
      });
    },
    async publish(place: string, about: DatasetAbout) {
      const canonical = options.canonicalPlace(place);
      const maps = taskRun.maps.filter(
        (map) => map.spec.place !== undefined && isUnder(map.spec.place, canonical) && !map.spec.internal,
      );
      // A set with failed items gets no description that says it is complete, unless its map allows them.
      for (const map of maps) await map.barrier();
      await publishDataset({ ...options, place: canonical, about, maps });
    },
    // Not the store itself: `run` may be called any number of times, and for a dry run, so it must not be able to write.
    async store(place: string): Promise<ReadOnlyStore> {
      const store = await options.openStore(options.canonicalPlace(place));
      return {
        place: store.place,
        stat: (key, call) => store.stat(key, call),
        read: (key, call) => store.read(key, call),
        list: (prefix, call) => listWithFreed(state, store, lister, prefix, call),
        digest: (key, call) => store.digest(key, call),
        async liesIn(other) {
          const outer = rootOf(await options.openStore(options.canonicalPlace(other)), options.locationOf);
          const own = rootOf(store, options.locationOf);
          return own === outer || isBelow(own, outer);
        },
      };
    },
    log: options.log,
    signal: options.stop,
    dryRun,
  };
}

function isUnder(place: string, root: string): boolean {
  return place === root || place.startsWith(placePrefix(root));
}

/** Checks what `run` returned against the task's `outputs`; a wrong shape is the plugin's fault and named as such. */
export function checkOutputs(
  options: { readonly plugin: RunningPlugin; readonly task: string },
  result: unknown,
): unknown {
  const schema = options.plugin.definition.outputs;
  if (schema === undefined) return result;
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw fail('task.outputs', { task: `${options.plugin.plugin.name}:${options.task}`, problems });
}
