import { defineStep, type FileRef, refUrl, type Tools } from '@dataset-runner/core/plugin';
import { parseBinId } from '../bins/bin-id.ts';
import { joinMetadata } from '../metadata/write-metadata.ts';
import { readMetadata } from '../metadata/read-metadata.ts';
import type { BinTables } from '../plan/plan-tables.ts';
import { publishFailures } from '../publish/failures.ts';
import { readParticles } from '../publish/particle.ts';
import { decodeClasses } from '../publish/predictions.ts';
import { checkSeabass } from '../seabass/check-seabass.ts';
import { seabassFailures } from '../seabass/failures.ts';
import type { Submission } from '../seabass/submission.ts';
import { writeSb } from '../seabass/write-sb.ts';

/** One bin's file. */
export interface WrittenSb {
  /** The bin's id. */
  readonly key: string;
  readonly rows: number;
  readonly classes: readonly string[];
  readonly file: FileRef;
}

/** What every bin's file is made with. */
export interface SbSettings {
  readonly metadata: readonly FileRef[];
  readonly submission: Submission;
}

/** Writes the SeaBASS file of one bin, and publishes it only when the checker finds no error in it. */
export const writeSbFile = defineStep({
  name: 'write-sb-file',
  // 2: positions are of one row, and scores that nobody gave are missing.
  // 3: a file without rows does not pass.
  // 4: a bin is found in a table under a path too, and texts that look like formulas are as they were.
  version: 4,
  needs: { cpu: true },
  open: async ({ metadata }: SbSettings, { bytes }) =>
    Promise.all(metadata.map(async (table) => readMetadata(await bytes(table), { file: refUrl(table) }))),
  async work(
    { key, features, images, classes }: BinTables,
    { bytes, output, uses, opened }: Tools<SbSettings, readonly ReturnType<typeof readMetadata>[]>,
  ): Promise<WrittenSb> {
    if (classes === undefined) throw publishFailures['class-missing']({ bin: key, what: 'classes' });
    const file = refUrl(features);
    const byRoi = decodeClasses(await bytes(classes), refUrl(classes));
    const particles = readParticles(await bytes(features), { file, images, classes: byRoi });
    const metadata = joinMetadata(key, { tables: opened, maxGapMs: 0 });
    const { name, text } = writeSb({ bin: parseBinId(key)!, metadata, particles }, uses.submission);
    // Bins are of the past; what is wrong with a date is for the checker of the day it is sent.
    const found = checkSeabass(Buffer.from(text), { name, today: '99991231' });
    const errors = found.filter(({ severity }) => severity === 'error');
    const [error] = errors;
    if (error !== undefined)
      throw seabassFailures['seabass-invalid']({
        first: `${name}:${error.line}: ${error.rule}: ${error.message}`,
        others: errors.length - 1,
      });
    const names = [...new Set(particles.map((particle) => particle.class!.name))].sort();
    return { key, rows: particles.length, classes: names, file: await output.write(name, text) };
  },
});
