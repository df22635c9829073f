import { extname } from 'node:path';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { openArchive } from '@dataset-runner/kit/extract';
import { describeBytes, sniff, type SniffedType } from '@dataset-runner/kit/sniff';
import { look } from '../look.ts';
import { isLeftOut, type LeftOut, type Looked, sha256Of } from '../picture.ts';
import { archiveStem } from '../source.ts';

/** A downloaded archive. */
export interface Downloaded {
  /** The download's name. */
  readonly key: string;
  readonly file: FileRef;
}

const imageTypes: ReadonlySet<SniffedType | undefined> = new Set<SniffedType>([
  'png',
  'jpeg',
  'gif',
  'tiff',
  'webp',
  'bmp',
]);

/**
 * Takes every picture out of one archive, told by its bytes and not by its name, and looks at it while they are at hand.
 *
 * What is no picture, or one that does not decode, becomes a row that says so and is not written. Each picture is a row
 * of its own, so a killed run goes on behind the last one it has.
 */
export const unpackArchive = defineStep({
  name: 'unpack-archive',
  version: 2,
  needs: { cpu: true },
  async *work(item: Downloaded, { localPath, output, done, progress, signal }): AsyncGenerator<Looked | LeftOut> {
    const stem = archiveStem(item.key);
    await using archive = await openArchive(await localPath(item.file), { name: item.key, links: 'leave-out' });
    const { entries: total, junk, links } = archive.report;
    let seen = 0;
    for await (const entry of archive.entries()) {
      signal.throwIfAborted();
      const row = { key: `${stem}/${entry.key}`, archive: item.key, member: entry.key };
      progress(++seen, total);
      if (done(row.key)) continue;
      const bytes = await entry.bytes();
      const looked = imageTypes.has(sniff(bytes)?.type) ? await look(bytes) : { leftOut: `is ${describeBytes(bytes)}` };
      if (isLeftOut(looked)) yield { ...row, ...looked, count: 1 };
      else {
        const file = await output.write(row.key, bytes);
        yield { ...row, file, sha256: sha256Of(file, bytes), ...looked };
      }
    }
    // Thumbs.db and its like never come out of the archive; they are only counted.
    const uncounted = junk + links;
    if (uncounted > 0 && !done(`${stem}/`)) {
      yield { key: `${stem}/`, archive: item.key, member: '', leftOut: 'system files and links', count: uncounted };
    }
  },
});

/** True for names a picture usually has; only to tell listed folders apart, bytes decide everywhere else. */
export function looksLikePicture(name: string): boolean {
  return ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.gif', '.webp', '.bmp'].includes(extname(name).toLowerCase());
}
