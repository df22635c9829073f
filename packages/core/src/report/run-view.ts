import type { MapCounts, RunEvent } from '../model/event.ts';
import { Speed } from './speed.ts';

/** One map as the display sees it. */
export interface MapView {
  /** Unique in the display; an event's own number may come again, from one run to the next. */
  readonly id: number;
  readonly name: string;
  readonly once: boolean;
  readonly startedMs: number;
  counts: MapCounts;
  /** `planning`: its items are still awaited or compared, none is at work. */
  state: 'planning' | 'running' | 'finished';
  /** On the clock of the reporter, as are all times here. */
  finishedMs: number | undefined;
  /** Items made or failed; reused ones cost nothing. */
  readonly items: Speed;
  readonly bytes: Speed;
  /** Items that say how far they are, oldest first. */
  readonly open: Map<string, ItemView>;
}

/** One long item, such as a download of gigabytes. */
export interface ItemView {
  readonly key: string;
  readonly startedMs: number;
  /** In the item's own unit. */
  done: number;
  total: number | undefined;
}

const nothing: MapCounts = { total: 0, planned: false, reused: 0, done: 0, failed: 0, pending: 0, sizeBytes: 0 };

/** What has happened so far, kept as small as the display: per map a few numbers, never its items. */
export class RunView {
  run = 0;
  task = '';
  startedMs = 0;
  dryRun = false;
  readonly maps: MapView[] = [];
  readonly #byId = new Map<number, MapView>();

  /** Takes an event in; `nowMs` is when it arrived. */
  apply(event: RunEvent, nowMs: number): void {
    switch (event.type) {
      case 'run.started':
        this.run = event.run;
        this.task = event.task;
        this.dryRun = event.dryRun;
        // The entries of a pipeline are runs of their own, and may run side by side.
        if (this.maps.length === 0) this.startedMs = nowMs;
        return;
      case 'map.started':
        this.#add(event, nowMs);
        return;
      case 'map.planned':
      case 'map.progress':
      case 'map.finished':
        this.#count(event, nowMs);
        return;
      case 'item.progress':
        this.#progress(event, nowMs);
        return;
      case 'item.failed':
      case 'item.retry':
        this.#byId.get(event.map)?.open.delete(event.key);
        return;
      default:
        // The rest says something to read and changes no number.
        return;
    }
  }

  /** Returns the map an event speaks of. */
  mapOf(map: number): MapView | undefined {
    return this.#byId.get(map);
  }

  /** Returns the name of a map for a message about one of its items. */
  nameOf(map: number): string {
    return this.mapOf(map)?.name ?? '';
  }

  #add(event: Extract<RunEvent, { type: 'map.started' }>, nowMs: number): void {
    const view: MapView = {
      id: this.maps.length,
      name: event.name,
      once: event.once,
      startedMs: nowMs,
      counts: nothing,
      state: 'planning',
      finishedMs: undefined,
      items: new Speed(),
      bytes: new Speed(),
      open: new Map(),
    };
    this.#byId.set(event.map, view);
    this.maps.push(view);
  }

  #count(event: Extract<RunEvent, { type: 'map.planned' | 'map.progress' | 'map.finished' }>, nowMs: number): void {
    const view = this.#byId.get(event.map);
    if (view === undefined) return;
    view.counts = event.counts;
    // Reused items are found thousands at a time; in the speed they would promise an end that never comes.
    view.items.note(nowMs, event.counts.done + event.counts.failed);
    view.bytes.note(nowMs, event.counts.sizeBytes);
    if (event.type === 'map.finished') {
      view.state = 'finished';
      view.finishedMs = nowMs;
      view.open.clear();
    } else if (event.counts.pending > 0 || event.counts.done > 0) {
      view.state = 'running';
    }
  }

  #progress(event: Extract<RunEvent, { type: 'item.progress' }>, nowMs: number): void {
    const open = this.#byId.get(event.map)?.open;
    if (open === undefined) return;
    if (event.ended === true) {
      open.delete(event.key);
      return;
    }
    const item = open.get(event.key);
    if (item === undefined)
      open.set(event.key, { key: event.key, startedMs: nowMs, done: event.done, total: event.total });
    else {
      item.done = event.done;
      item.total = event.total;
    }
  }
}
