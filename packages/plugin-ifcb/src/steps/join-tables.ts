import { defineStep, type FileRef, refUrl } from '@dataset-runner/core/plugin';
import type { DayOrder } from '../metadata/day-order.ts';
import { readMetadata } from '../metadata/read-metadata.ts';
import { readTrack } from '../metadata/track.ts';
import { joinMetadata, metadataCsv } from '../metadata/write-metadata.ts';

/** The tables that are joined, and the bins they are joined to. */
export interface ToJoin {
  readonly bins: readonly string[];
  readonly tables: readonly FileRef[];
  readonly track: FileRef | null;
  readonly maxGapMin: number;
  /** Null where rows of the track decide. */
  readonly dates: DayOrder | null;
}

/** Writes what is known of each bin as one table, `metadata.csv`. */
export const joinTables = defineStep({
  name: 'join-tables',
  // 2: times without a zone are UTC in every form, positions are of one row, longitudes end at 180.
  // 3: zones such as UTC+2 count, bins are found under paths, texts that look like formulas are as they were.
  // 4: day and month of dates with the year last are in the order of the whole column.
  // 5: positions between two points have twelve digits.
  version: 5,
  needs: { cpu: true },
  async work({ bins, tables, track, maxGapMin, dates }: ToJoin, { bytes, output }) {
    const read = [];
    for (const table of tables) read.push(readMetadata(await bytes(table), { file: refUrl(table) }));
    const options = { file: track === null ? '' : refUrl(track), dates: dates ?? undefined };
    const way = track === null ? undefined : readTrack(await bytes(track), options);
    const sources = { tables: read, track: way, maxGapMs: maxGapMin * 60_000 };
    const rows = new Map(bins.map((bin) => [bin, joinMetadata(bin, sources)]));
    const withoutPosition = [...rows.values()].filter(
      ({ latitude, longitude }) => latitude === null || longitude === null,
    );
    return {
      bins: rows.size,
      withoutPosition: withoutPosition.length,
      csv: await output.write('metadata.csv', metadataCsv(rows)),
    };
  },
});
