import { type Failure, fail, failureAt, failureOf } from '../../model/failure.ts';
import type { Difference } from './compare.ts';
import type { TransferRequest, TransferWatch } from './request.ts';
import type { Tally } from './tally.ts';

/** What a dry run found that the run itself would refuse. */
export interface Refused {
  readonly failures: readonly Failure[];
  readonly count: number;
  /** Of the source; the others are what would have to be removed. */
  readonly files: number;
  readonly sizeBytes: number;
}

// As many as a report has room for; the others are counted.
const keptFailures = 100;

/** Tells each change that a transfer would make, and each file that it would refuse; changes nothing. */
export async function planTransfer(
  pages: AsyncIterable<readonly Difference[]>,
  { deleteExtra, to }: TransferRequest,
  tally: Tally,
  watch: TransferWatch,
): Promise<Refused> {
  const failures: Failure[] = [];
  let [count, files, sizeBytes] = [0, 0, 0];
  const refuse = (difference: Difference, key: string, failure: Failure): void => {
    if (++count <= keptFailures) failures.push(failureAt(failure, { item: key }));
    if (difference.what === 'extra') return;
    files++;
    sizeBytes += difference.source.size;
  };
  const take = (difference: Difference): void => {
    const item = tally.take(difference);
    if (item?.refused !== undefined) {
      refuse(difference, item.key, item.refused);
      watch.failed?.(item.key, item.refused);
      return;
    }
    const change = tally.changeOf(difference);
    if (change === undefined) return;
    watch.change?.(change);
    // Of a newer file nobody knows yet whether its bytes are others.
    if (change.what !== 'keep' || change.why === 'newer') return;
    const foreign = failureOf(fail('output.foreign', { place: to, key: change.key }));
    if (foreign !== undefined) refuse(difference, change.key, foreign);
  };
  // Told only once the source is known to have something: nothing is removed for one without files.
  let waiting: Difference[] = [];
  for await (const page of pages) {
    for (const difference of page) {
      if (difference.what === 'extra' && tally.compared === 0 && deleteExtra) waiting.push(difference);
      else take(difference);
    }
    if (tally.compared === 0) continue;
    for (const difference of waiting) take(difference);
    waiting = [];
  }
  return { failures, count, files, sizeBytes };
}
