import { fail } from '../../model/failure.ts';
import type { StoreOpener } from '../../storage/open-store.ts';
import { comparePlaces } from './compare.ts';
import { openEnds } from './ends.ts';
import type { CompareReport, FoundDifference } from '../../report/transfer-report.ts';
import type { CompareRequest } from './request.ts';

/** Compares two places and tells each difference as it is found; changes nothing. */
export async function checkPlaces(
  stores: StoreOpener,
  request: CompareRequest,
  found: (difference: FoundDifference) => void,
  signal: AbortSignal,
): Promise<CompareReport> {
  const { from, to } = await openEnds(stores, request);
  const { by, file } = request;
  const counts = { same: 0, missing: 0, differing: 0, extra: 0 };
  const options = { source: from, target: to, by, signal, ...(file === undefined ? {} : { file }) };
  for await (const page of comparePlaces(options)) {
    for (const difference of page) {
      counts[difference.what]++;
      if (difference.what === 'differing')
        found({ what: 'differing', key: difference.source.key, why: difference.why });
      else if (difference.what === 'missing') found({ what: 'missing', key: difference.source.key });
      else if (difference.what === 'extra') found({ what: 'extra', key: difference.target.key });
    }
  }
  // Two empty places are the same, and mostly two mistyped ones.
  if (counts.same + counts.missing + counts.differing + counts.extra === 0)
    throw fail('store.missing', { url: request.from, found: 'nothing', hint: 'There are no files in either place.' });
  return { from: request.from, to: request.to, ...counts };
}
