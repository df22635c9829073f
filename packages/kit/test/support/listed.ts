import type { Archive, ArchiveEntry } from '../../src/extract.ts';

/** All entries of an archive that may be opened in any order. */
export async function listed(archive: Archive): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  for await (const entry of archive.entries()) entries.push(entry);
  return entries;
}
