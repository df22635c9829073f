import { fail } from '@dataset-runner/core/plugin';
import { type Archive, archivesOf, type Source } from '../source.ts';
import type { FoundArchive } from '../steps/download-archive.ts';
import { splitAddress, statFile, type ReadOnlyStore } from '../stored.ts';

/**
 * The archives of a file list, ready to fetch: addresses on the web as they are, files in stores as they lie there now.
 *
 * A file that changed in its store is a changed item; what lies behind an http address is only asked for once.
 */
export async function findArchives(
  store: (place: string) => Promise<ReadOnlyStore>,
  list: readonly Source[],
): Promise<readonly FoundArchive[]> {
  return Promise.all(
    archivesOf(list).map(async (archive) => (/^https?:/i.test(archive.url) ? archive : inStore(store, archive))),
  );
}

async function inStore(store: (place: string) => Promise<ReadOnlyStore>, archive: Archive): Promise<FoundArchive> {
  const { place, name } = splitAddress(archive.url);
  const file = await statFile(await store(place), name);
  if (file === undefined) throw fail('store.missing', { url: archive.url });
  return { ...archive, file };
}
