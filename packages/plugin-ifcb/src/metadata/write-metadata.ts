import { writeCsv } from '@dataset-runner/kit/csv';
import { parseBinId } from '../bins/bin-id.ts';
import { type BinMetadata, columnNames, unknownMetadata } from './bin-metadata.ts';
import { merge, type MetadataTable } from './read-metadata.ts';
import { alongTrack, type Track } from './track.ts';

/** What is joined to the bins; of two tables that know one thing the first counts, and a table before the track. */
export interface MetadataSources {
  readonly tables: readonly MetadataTable[];
  readonly track?: Track | undefined;
  readonly maxGapMs: number;
}

/** What the sources say of one bin. */
export function joinMetadata(bin: string, { tables, track, maxGapMs }: MetadataSources): BinMetadata {
  let known = unknownMetadata;
  for (const table of tables) known = merge(known, table.get(bin) ?? unknownMetadata);
  const id = parseBinId(bin);
  if (track === undefined || id === undefined) return known;
  const along = alongTrack(track, id.startMs, { maxGapMs });
  // Half a position of each would be a place where nobody was.
  const isWhole = known.latitude !== null && known.longitude !== null;
  const place = isWhole ? {} : { latitude: null, longitude: null };
  return merge({ ...known, ...place }, along);
}

/** Metadata as a table that `readMetadata`, the IFCB Dashboard and people read. */
export function metadataCsv(rows: ReadonlyMap<string, BinMetadata>): string {
  const names = Object.entries(columnNames).map(([name, [column]]) => [name as keyof BinMetadata, column!] as const);
  const cells = [...rows].map(([bin, row]) => {
    const startMs = parseBinId(bin)?.startMs;
    const time = startMs === undefined ? '' : new Date(startMs).toISOString();
    return { bin, time, ...Object.fromEntries(names.map(([name, column]) => [column, row[name]])) };
  });
  return [...writeCsv(cells, { columns: ['bin', 'time', ...names.map(([, column]) => column)] })].join('');
}
