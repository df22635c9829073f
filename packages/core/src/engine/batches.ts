import { isResults } from '../model/result.ts';
import type { Items } from '../model/task.ts';
import type { MapRun } from './map-run.ts';

/** Items are looked up this many at a time; 512 costs a tenth more on random keys, 4,096 gains nothing. */
const batchSize = 2_048;

/** What the engine's own Results carry beside the public face. */
export interface EngineResults {
  readonly mapRun: MapRun;
}

export interface Batch {
  readonly items: readonly unknown[];
  /** Their canonical JSON, where they are results of another map and it is known already. */
  readonly texts?: readonly string[];
  /** Ids of the rows the items are results of, where they stream in from another map. */
  readonly origins?: readonly number[];
}

/**
 * Cuts any source of items into batches of up to 2,048, as they come: a slow source is not waited for longer
 * than 10 ms, a fast one is not asked item by item.
 */
export async function* inBatches(items: Items<unknown>): AsyncGenerator<Batch> {
  if (isResults(items)) {
    yield* (items as unknown as EngineResults).mapRun.stream();
  } else if (Array.isArray(items)) {
    for (let from = 0; from < items.length; from += batchSize)
      yield { items: items.slice(from, from + batchSize) as unknown[] };
  } else {
    const batches =
      Symbol.iterator in items
        ? syncBatches(items as Iterable<unknown>)
        : asyncBatches(items as AsyncIterable<unknown>);
    for await (const batch of batches) yield { items: batch };
  }
}

function* syncBatches(items: Iterable<unknown>): Generator<unknown[]> {
  let batch: unknown[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

// A producer fills the batch while the consumer works; it stops ahead by one batch, so memory stays flat.
async function* asyncBatches(items: AsyncIterable<unknown>): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  let ended = false;
  let failed: { readonly error: unknown } | undefined;
  let wakeConsumer: () => void = () => undefined;
  let wakeProducer: () => void = () => undefined;
  let stopped = false;
  const produce = async (): Promise<void> => {
    for await (const item of items) {
      batch.push(item);
      if (batch.length === 1) setTimeout(() => wakeConsumer(), 10);
      if (batch.length < batchSize) continue;
      wakeConsumer();
      await new Promise<void>((resolve) => {
        wakeProducer = resolve;
      });
      if (stopped) return;
    }
  };
  void produce()
    .catch((error: unknown) => {
      failed = { error };
    })
    .finally(() => {
      ended = true;
      wakeConsumer();
    });
  try {
    for (;;) {
      if (batch.length < batchSize && !ended) {
        await new Promise<void>((resolve) => {
          wakeConsumer = resolve;
        });
      }
      if (failed !== undefined) throw failed.error;
      if (batch.length > 0) {
        const ready = batch;
        batch = [];
        wakeProducer();
        yield ready;
      } else if (ended) return;
    }
  } finally {
    stopped = true;
    wakeProducer();
  }
}

/** How many items there will be, where that is known beforehand. */
export function knownLength(items: Items<unknown>): number | undefined {
  if (Array.isArray(items)) return items.length;
  return items instanceof Set || items instanceof Map ? items.size : undefined;
}
