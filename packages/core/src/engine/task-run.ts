import { canonicalJson } from '../lib/canonical-json.ts';
import type { Emit, Reason } from '../model/event.ts';
import { fail } from '../model/failure.ts';
import type { Plugin } from '../model/plugin.ts';
import type { Step } from '../model/step.ts';
import type { Items, MapOptions, Task } from '../model/task.ts';
import type { OpenStore } from '../model/store.ts';
import { comparable } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { type EngineResults, knownLength } from './batches.ts';
import { closeMap, tellLeftOver } from './close-map.ts';
import type { Committer } from './commit.ts';
import type { RunControl } from './control.ts';
import { DecidedLater } from './decided-later.ts';
import type { StepAddress } from './executors/executor.ts';
import { FileDigests } from './file-digests.ts';
import { HeldLines } from './held-lines.ts';
import { MapRun, type Todo } from './map-run.ts';
import { OutputChecker, Statter } from './output-check.ts';
import { MapPlanner } from './plan-map.ts';
import { ReleasedBytes } from './released.ts';
import { MapResults, resolveResults } from './results.ts';
import type { RunSettings, RunSignals } from './run-settings.ts';
import type { Scheduler } from './scheduler.ts';
import { leaveStaging, sweepStaging } from './sweep.ts';
import { isResults } from '../model/result.ts';

/** The plugin whose task runs, and where its module lies. */
export interface RunningPlugin {
  readonly plugin: Plugin;
  readonly definition: Task;
  readonly version: string;
  /** File URL; '' for a task of the runner itself, which no worker can import. */
  readonly entry: string;
}

export interface TaskRunOptions
  extends Pick<RunSettings, 'dryRun' | 'force' | 'verify' | 'wait'>,
    Pick<RunSignals, 'drain' | 'stop'> {
  readonly state: State;
  readonly plugin: RunningPlugin;
  readonly task: string;
  readonly run: number;
  readonly openStore: OpenStore;
  readonly canonicalPlace: (place: string) => string;
  readonly control: RunControl;
  readonly emit: Emit;
  readonly committer: Committer;
  readonly onReason?: (map: MapRun, key: string, reason: Reason) => void;
}

/** What `once` and the engine's own steps add to a map's options. */
export interface EngineMapOptions extends MapOptions<unknown, unknown> {
  readonly once?: boolean;
  /** A step of the engine, not among the task's own. */
  readonly internal?: boolean;
  /** How an item is compared, where its own JSON is not what decides. */
  readonly canonical?: (item: unknown) => string;
}

/** The maps of one task's run: opens their places, holds their lines, plans them, closes them. */
export class TaskRun {
  readonly maps: MapRun[] = [];
  readonly #options: TaskRunOptions;
  readonly #steps: ReadonlySet<Step<never>>;
  readonly #lines: HeldLines;
  readonly #statter = new Statter();
  readonly #digests: FileDigests;
  readonly #names = new Map<string, number>();
  readonly #closing = new Set<MapRun>();
  /** What dead runs had in hand, by line; the maps of a line share it. */
  readonly #suspects = new Map<number, Map<string, number>>();
  #released: ReleasedBytes | undefined;
  #toldLeftOver = false;
  scheduler: Scheduler | undefined;

  constructor(options: TaskRunOptions) {
    this.#options = options;
    this.#lines = new HeldLines(options.state, options);
    this.#digests = new FileDigests(options.state, options.openStore);
    this.#steps = new Set(Object.values(options.plugin.definition.steps));
  }

  get digests(): FileDigests {
    return this.#digests;
  }

  address(map: MapRun): StepAddress {
    const { task } = this.#options;
    const { plugin, entry } = this.#options.plugin;
    return { entry, plugin: plugin.name, task, step: map.spec.step.name, version: map.version, local: map.spec.step };
  }

  /** `map` of the context: returns at once, plans in the background. */
  map(step: Step<never>, items: Items<unknown>, options: EngineMapOptions = {}): MapResults {
    if (options.internal !== true && !this.#steps.has(step)) {
      throw fail('step.undeclared', {
        name: step.name,
        what: `is not among the \`steps\` of task '${this.#options.task}'`,
      });
    }
    const map = new MapRun(
      {
        id: this.maps.length,
        name: this.#uniqueName(options.name ?? step.name),
        step,
        place: options.into === undefined ? undefined : this.#options.canonicalPlace(options.into),
        exact: options.exact === true,
        partial: options.partial === 'allow',
        once: options.once === true,
        internal: options.internal === true || this.#options.plugin.entry === '',
      },
      this.#options.state.rows,
    );
    map.sharing = () => this.maps.filter((other) => other !== map && isOneLine(other, map));
    this.maps.push(map);
    this.scheduler?.add(map);
    map.expectedTotal = knownLength(items);
    // A rejected barrier nobody awaits must not end the process; the run looks at every map itself.
    void this.#run(map, items, options).catch((error: unknown) => this.#end(map, error));
    return new MapResults(map);
  }

  #uniqueName(name: string): string {
    const count = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  }

  async #run(map: MapRun, items: Items<unknown>, options: EngineMapOptions): Promise<void> {
    const { emit, dryRun, state, force, run, control } = this.#options;
    const { name, place, once } = map.spec;
    const uses = await resolveResults(options.uses ?? null);
    map.uses = await this.#digests.withDigests(uses.sent);
    map.usesText = comparable(canonicalJson(await this.#digests.withDigests(uses.compared)));
    if (place !== undefined) map.store = await this.#options.openStore(place);
    const lineOf = [
      this.#options.plugin.plugin.name,
      map.spec.step.name,
      place ?? `@${this.#options.task}/${name}`,
    ] as const;
    // A dry run makes no line; where there is none, nothing can be up to date.
    if (dryRun) map.line = state.findLine(...lineOf) ?? { id: 0, plugin: lineOf[0], step: lineOf[1], place: lineOf[2] };
    else map.line = state.line(...lineOf);
    await this.#hold(map);
    emit({ type: 'map.started', map: map.spec.id, name, once, ...(place === undefined ? {} : { place }) });
    const upstream = isResults(items) ? (items as unknown as EngineResults).mapRun : undefined;
    map.upstream = upstream;
    const { onReason } = this.#options;
    const planner = new MapPlanner(map, {
      state,
      digests: this.#digests,
      checker:
        map.store &&
        new OutputChecker({
          store: map.store,
          digests: this.#digests,
          statter: this.#statter,
          verify: this.#options.verify,
        }),
      key: options.key ?? defaultKey,
      canonical: options.canonical,
      force,
      dryRun,
      run,
      stopped: () => control.draining,
      enqueue: (todo) => {
        if (dryRun) this.#countUnknown(map, todo);
        else this.#enqueue(map, todo);
      },
      room: () => (!dryRun && map.queued() > queueAhead ? this.#room(map) : undefined),
      ...(onReason === undefined ? {} : { onReason: (key, reason) => onReason(map, key, reason) }),
    });
    try {
      await planner.plan(items);
    } finally {
      if (upstream !== undefined) {
        map.upstreamUnknown = upstream.unknown > 0 || upstream.upstreamUnknown;
        map.upstreamFailed = upstream.incomplete;
      }
    }
    map.planned = true;
    emit({ type: 'map.planned', map: map.spec.id, counts: map.counts(), complete: !map.upstreamUnknown });
    if (dryRun) await this.finish(map);
    else this.scheduler?.request();
  }

  #enqueue(map: MapRun, todo: Todo): void {
    this.#released ??= new ReleasedBytes(this.#options.state, this.maps, (producer, again) =>
      this.scheduler?.enqueue(producer, again),
    );
    const wanted = this.#released.wanted(map, todo.item);
    if (wanted === undefined) return this.scheduler?.enqueue(map, todo);
    map.inHand++;
    void wanted
      .catch((error: unknown) => this.scheduler?.refuse(map, todo, error))
      .then((refused) => {
        map.inHand--;
        if (refused !== true) this.scheduler?.enqueue(map, todo);
        else this.scheduler?.request();
      });
  }

  // Its rows stand until it has run: they are not left over.
  #countUnknown(map: MapRun, { key, seq }: Todo): void {
    map.unknown++;
    if (seq !== 0) map.used.add(seq);
    if (map.isGenerator)
      for (const child of this.#options.state.rows.childIds(map.line.id, key)) map.used.add(child.seq);
  }

  async #room(map: MapRun): Promise<void> {
    while (map.queued() > queueAhead / 2 && !this.#options.control.draining)
      await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** Holds the map's line and makes it ours: sweeps what dead runs left, inherits what they had in hand. */
  async #hold(map: MapRun): Promise<void> {
    const { state, dryRun } = this.#options;
    if (dryRun) return;
    const { line } = map;
    await this.#lines.hold(line);
    if (map.store !== undefined) sweepStaging(state, map.store);
    // Asked for once: what a second map on the line would find there are this run's own flights, which are no suspects.
    map.suspects = this.#suspects.get(line.id) ?? state.flights.inherit(line.id);
    this.#suspects.set(line.id, map.suspects);
  }

  /** Called when a map is planned and nothing of it waits or runs. */
  async finish(map: MapRun): Promise<void> {
    if (this.#closing.has(map)) return;
    this.#closing.add(map);
    await closeMap(map, this.#options, () => this.scheduler?.closeLine(map));
  }

  #end(map: MapRun, error: unknown): void {
    // Not a fault: in a dry run an input that is not known yet ends this map's planning.
    if (error instanceof DecidedLater) map.upstreamUnknown = true;
    else map.error = error;
    map.planned = true;
    map.abandonQueue();
    if (map.inHand === 0 || this.#options.dryRun) void this.finish(map);
    else this.scheduler?.request();
  }

  /** Waits until every map is closed, maps made meanwhile included, and tells what they leave over. */
  async allFinished(): Promise<void> {
    for (let i = 0; i < this.maps.length; i++) await this.maps[i]?.finished();
    if (this.#toldLeftOver) return;
    this.#toldLeftOver = true;
    await tellLeftOver(this.maps, this.#options);
  }

  async close(): Promise<void> {
    for (const map of this.maps)
      if (map.store !== undefined && !this.#options.dryRun) leaveStaging(this.#options.state, map.store);
    await this.#lines.release();
    await this.#statter.close();
  }
}

/** Items planned ahead of the work; bounds memory, not speed. */
const queueAhead = 8_192;

// By name: in a dry run many lines have no id yet. A map that has not come so far has no place.
function isOneLine(a: MapRun, b: MapRun): boolean {
  return a.line.place !== '' && a.line.place === b.line.place && a.line.step === b.line.step;
}

function defaultKey(item: unknown): string {
  if (typeof item === 'string') return item;
  const key = (item as { readonly key?: unknown } | null)?.key;
  if (typeof key === 'string') return key;
  throw fail('item.key', {
    key: String(key),
    why: 'the item is no text and has no `key`; give the map a `key` function',
  });
}
