import { defineStep, type Failure } from '@dataset-runner/core/plugin';
import { readLock, refuseOther } from '../archive/lock.ts';
import { openSource } from '../archive/open-source.ts';
import { type ArchiveSeen, type RemoteArchive, seenKey, type Unpacked } from '../archive/remote-archive.ts';
import { sameAsBefore } from '../archive/same-as-before.ts';
import { dogsFailures } from '../failures.ts';

/** Entries up to this size are handed on in one piece. */
const smallBytes = 1024 * 1024;

/**
 * Carries the files of an archive from its server into the place, each a row of its own, with no copy in between.
 *
 * After a crash the files that are there are passed over. An archive that turns out to be refused takes back what came.
 */
export const unpackArchive = defineStep({
  name: 'unpack-archive',
  needs: { cpu: true, lane: 'network', memoryMb: 150 },
  retries: 4,
  takesBack: isRefusal,
  async *work(archive: RemoteArchive, tools): AsyncGenerator<Unpacked | ArchiveSeen> {
    const { output, done, progress, signal } = tools;
    const { key, url, sha256 } = archive;
    const lock = await readLock(archive, tools);
    await using source = await openSource(archive, tools);
    if (source.early !== undefined) refuseOther(url, lock, source.early);
    const resumes = await sameAsBefore(url, source.version, tools);
    let bytes = 0;
    for await (const entry of source.entries()) {
      signal.throwIfAborted();
      progress((bytes += entry.size), source.sizeBytes);
      if (resumes && done(entry.key)) continue;
      const content = entry.size <= smallBytes ? await entry.bytes() : await entry.open();
      yield { key: entry.key, file: await output.write(entry.key, content) };
    }
    const { report, came, ...found } = source.finish();
    if (sha256 !== undefined && found.sha256 !== sha256) {
      throw dogsFailures['archive-mismatch']({
        url,
        what: 'SHA-256',
        pinned: sha256,
        found: found.sha256 ?? 'unknown',
        came,
      });
    }
    refuseOther(url, lock, found);
    const { entries, junk, warnings } = report;
    const seen = { how: source.how, entries, bytes: report.bytes, junk, warnings, locked: lock !== undefined };
    yield { key: seenKey, archive: key, url, ...found, ...seen };
  },
});

const refusals = [
  /^kit\.(archive|entry|remote)-/,
  /^kit\.download-(content|mismatch)$/,
  /^dogs\.(source-changed|lock-differs|archive-mismatch)$/,
  // A name that no store of ours holds, such as `a:b.txt`.
  /^store\.key$/,
];

/** Failures that say something is wrong with the archive itself; a full bucket or a lost network is none of them. */
function isRefusal({ code, transient }: Failure): boolean {
  return transient !== true && refusals.some((pattern) => pattern.test(code));
}
