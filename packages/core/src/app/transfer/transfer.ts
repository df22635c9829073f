import type { DependencyContainer } from 'tsyringe';
import type { TaskReport } from '../../engine/run.ts';
import { joinPlace } from '../../model/file-ref.ts';
import type { RunEvent } from '../../model/event.ts';
import { type Failure, FailureError, fail, failureOf } from '../../model/failure.ts';
import { runInEngine } from '../run-in-engine.ts';
import { tokens } from '../tokens.ts';
import { comparePlaces } from './compare.ts';
import { copyPlugin, type CopyItem, copyFile, transferLane } from './copy-plugin.ts';
import { openEnds, type OpenEnds } from './ends.ts';
import { KeyCollisions } from './key-collisions.ts';
import { refuseOnePlace, refuseSourceWithin } from './one-place.ts';
import { planTransfer, type Refused } from './plan-transfer.ts';
import { removeSeen, type Removal } from './remove-files.ts';
import type { TransferReport } from '../../report/transfer-report.ts';
import type { TransferRequest, TransferWatch } from './request.ts';
import { Tally } from './tally.ts';
import { Pace, watchedStore } from './watched-store.ts';

// Requests of one service at a time; its own lane narrows this when it says "slow down".
const defaultJobs = 16;

/** What a transfer is done with. */
export interface TransferTools {
  readonly container: DependencyContainer;
  /** Modules of plugins that bring stores. */
  readonly driverEntries: readonly string[];
  readonly signals: { readonly drain: AbortSignal; readonly stop: AbortSignal };
  readonly watch: TransferWatch;
}

/**
 * Copies what is missing or different from one place to another, as a task of the engine: killed, it goes on
 * with the same command, because both listings are looked at again and nothing else is its memory.
 *
 * Throws for what stands in the way of all (`store.missing` for a source without files, `usage.invalid` for
 * places inside one another); files that fail are in the report.
 */
export async function transfer(request: TransferRequest, tools: TransferTools): Promise<TransferReport> {
  const startedMs = performance.now();
  using _listening = tools.container.resolve(tokens.notes).listen((message) => tools.watch.note?.(message));
  const ends = await openEnds(tools.container.resolve(tokens.stores), request);
  refuseStuck(request, ends);
  const collisions = ends.to.localPath('x') === undefined ? undefined : new KeyCollisions(ends.to.place);
  const tally = new Tally(request, ends, collisions);
  if (request.dryRun) {
    const refused = await planTransfer(
      comparePlaces(comparing(request, ends, tools.signals.drain)),
      request,
      tally,
      tools.watch,
    );
    refuseNothing(request, tally);
    return reportOf(request, tally, { refused, elapsedMs: performance.now() - startedMs });
  }
  const report = await copyAll(request, ends, tally, tools);
  // What is no single file's failure (a listing that was cut, an empty source) is the command's own.
  const [whole] = report.failures;
  if (whole !== undefined && whole.at?.item === undefined) throw new FailureError(whole);
  const failed = report.failures.length > 0 || report.outcome !== 'ok';
  if (!failed && mayBeOnePlace(request, ends, tally)) await refuseOnePlace(ends, tools.signals.drain);
  if (!failed && tally.first !== undefined && !areLocal(ends))
    await refuseSourceWithin(ends, tally.first, tally.extras, tools.signals.drain);
  // Nothing is removed after a failure: what could not be copied may be the only one left.
  const { drain } = tools.signals;
  const extras = failed ? undefined : await afterCopy(removeSeen(ends.to, tally.extras, drain), request);
  const sources = failed ? undefined : await afterCopy(removeSeen(ends.from, tally.sources, drain), request);
  return reportOf(request, tally, { report, extras, sources, elapsedMs: performance.now() - startedMs });
}

// What cannot be removed says nothing of the copies, and people would look for them.
async function afterCopy<T>(removing: Promise<T>, request: TransferRequest): Promise<T> {
  try {
    return await removing;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const { from, to } = namesOf(request);
    const hint = `All of ${from} is copied to ${to}; what was to be removed is not all gone. Mend this and run the same command again.`;
    throw new FailureError({ ...failure, hint });
  }
}

/** Throws `store.read-only` before anything is copied where what is to be removed at the end cannot be. */
function refuseStuck({ how, deleteExtra }: TransferRequest, { from, to }: OpenEnds): void {
  const stuck = [how === 'move' ? from : [], deleteExtra ? to : []].flat().find(({ can }) => !can.remove);
  if (stuck !== undefined) throw fail('store.read-only', { url: stuck.place, what: 'remove' });
}

// Only files that were there already can be the sources themselves; of two local places paths tell (see `isSameFile`).
function mayBeOnePlace({ how, file }: TransferRequest, ends: OpenEnds, { same }: Tally): boolean {
  return how === 'move' && same > 0 && !areLocal(ends) && (file === undefined || file.from === file.to);
}

function areLocal({ from, to }: OpenEnds): boolean {
  return from.localPath('x') !== undefined && to.localPath('x') !== undefined;
}

async function copyAll(
  request: TransferRequest,
  ends: OpenEnds,
  tally: Tally,
  { container, driverEntries, signals, watch }: TransferTools,
): Promise<TaskReport> {
  const stores = container.resolve(tokens.stores);
  let readBytes = 0;
  const progress = new ProgressTeller(tally, watch, () => readBytes);
  const { bytesPerSecond } = request;
  const source = watchedStore(ends.from, {
    onBytes: (sizeBytes) => void (readBytes += sizeBytes),
    ...(bytesPerSecond === undefined ? {} : { limit: new Pace(bytesPerSecond) }),
  });
  async function* items(): AsyncGenerator<CopyItem, void, undefined> {
    for await (const page of comparePlaces(comparing(request, ends, signals.drain))) {
      for (const difference of page) {
        const item = tally.take(difference);
        if (item !== undefined) yield item;
      }
    }
    refuseNothing(request, tally);
    tally.planned = true;
  }
  const task = request.how === 'copy' ? 'cp' : request.how === 'move' ? 'mv' : 'sync';
  const copying = copyPlugin(task, async ({ map }) => {
    await map(copyFile, items(), { into: request.to, partial: 'allow' });
  });
  const { from, to, file } = request;
  const jobs = request.jobs ?? defaultJobs;
  return runInEngine(
    container,
    {
      ...copying,
      version: '1',
      entry: '',
      task,
      params: { from, to, ...(file === undefined ? {} : { file }) },
      about: {},
      versions: {},
      driverEntries,
    },
    {
      emit: (event) => progress.event(event),
      drain: signals.drain,
      stop: signals.stop,
      dryRun: false,
      force: false,
      onFailure: 'finish',
      overwrite: request.overwrite,
      verify: request.verify,
      wait: request.wait,
      jobs,
    },
    {
      openStore: async (place) => (stores.place(place) === ends.from.place ? source : stores.open(place)),
      lanes: { [transferLane]: jobs },
    },
  );
}

function comparing(request: TransferRequest, { from, to }: OpenEnds, signal: AbortSignal) {
  const { by, file } = request;
  return { source: from, target: to, by, signal, ...(file === undefined ? {} : { file }) };
}

// An empty source is a mistyped path or a disk that is not mounted far more often than a wish.
function refuseNothing({ from }: TransferRequest, tally: Tally): void {
  if (tally.compared > 0) return;
  throw fail('store.missing', {
    url: from,
    found: 'nothing',
    hint: 'Nothing lies at the source, so nothing was copied or removed.',
  });
}

/** Both places, or the file in each. */
function namesOf({ from, to, file }: TransferRequest): { readonly from: string; readonly to: string } {
  return file === undefined ? { from, to } : { from: joinPlace(from, file.from), to: joinPlace(to, file.to) };
}

function reportOf(
  request: TransferRequest,
  tally: Tally,
  ran: {
    report?: TaskReport;
    refused?: Refused;
    extras?: Removal | undefined;
    sources?: Removal | undefined;
    elapsedMs: number;
  },
): TransferReport {
  const counts = ran.report?.maps[0]?.counts;
  const { how, dryRun } = request;
  const failures: readonly Failure[] = ran.report?.failures ?? ran.refused?.failures ?? [];
  return {
    how,
    ...namesOf(request),
    dryRun,
    outcome: ran.report?.outcome ?? 'planned',
    run: ran.report?.run ?? 0,
    same: tally.same,
    copied: counts?.done ?? tally.files - (ran.refused?.files ?? 0),
    copiedBytes: counts?.sizeBytes ?? tally.sizeBytes - (ran.refused?.sizeBytes ?? 0),
    replaced: tally.replaced,
    extra: tally.extra,
    removed: ran.extras?.removed ?? 0,
    moved: ran.sources?.removed ?? 0,
    kept: [...(ran.extras?.kept ?? []), ...(ran.sources?.kept ?? [])],
    failureCount: ran.report?.failureCount ?? ran.refused?.count ?? 0,
    failures,
    elapsedMs: Math.round(ran.elapsedMs),
  };
}

/** Turns the engine's events into what a transfer says of itself. */
class ProgressTeller {
  readonly #tally: Tally;
  readonly #watch: TransferWatch;
  readonly #readBytes: () => number;

  constructor(tally: Tally, watch: TransferWatch, readBytes: () => number) {
    this.#tally = tally;
    this.#watch = watch;
    this.#readBytes = readBytes;
  }

  event(event: RunEvent): void {
    const { note, failed, progress } = this.#watch;
    switch (event.type) {
      case 'run.note':
        return note?.(event.message);
      case 'run.waiting':
        return note?.(`Waiting for ${event.holder}, which writes to the same place. Ctrl-C gives up.`);
      case 'item.failed':
        return failed?.(event.key, event.failure);
      case 'map.progress':
      case 'map.finished': {
        const { compared, planned, files, sizeBytes } = this.#tally;
        const { done, failed: failures, sizeBytes: doneBytes } = event.counts;
        // A file copied by its path or inside its service is not read here; one tried again is read twice.
        const copiedBytes = Math.min(sizeBytes, Math.max(doneBytes, this.#readBytes()));
        return progress?.({ compared, planned, files, sizeBytes, copied: done, copiedBytes, failed: failures });
      }
      default:
        return undefined;
    }
  }
}
