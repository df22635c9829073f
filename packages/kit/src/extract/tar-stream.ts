import type { ArchiveEntry, ArchiveOptions, ArchiveReport, ArchiveStream } from './archive.ts';
import { guarded } from './failure-of-archive.ts';
import { Gate } from './gate.ts';
import { PassingEntry } from './passing-entry.ts';
import { Damage } from './reader.ts';
import { tarCandidate, tarMembers } from './tar-walk.ts';

const blockBytes = 512;

/**
 * Reads a tar or tar.gz in the one pass in which it comes.
 *
 * What is wrong with it is found where it stands, when files before it have been handed out already: whoever writes them
 * takes them back then. Memory: one folded name an entry, and what is between the source and the entry being read.
 */
export function streamTar(
  pieces: AsyncIterable<Uint8Array>,
  options: ArchiveOptions & { readonly gzip: boolean; readonly archive: string },
): ArchiveStream {
  const { archive, gzip } = options;
  const gate = new Gate(archive, options);
  let report: ArchiveReport | undefined;
  return {
    async *entries(): AsyncGenerator<ArchiveEntry> {
      const members = checkedMembers(pieces, gate, options);
      try {
        for (;;) {
          const next = await guarded(archive, () => members.next());
          if (next.done === true) break;
          yield next.value;
          await guarded(archive, () => next.value.skipRest());
        }
      } finally {
        await members.return(undefined);
      }
      report = gate.report(gzip ? 'tar.gz' : 'tar');
    },
    get report() {
      if (report === undefined)
        throw new Error('the report of a streamed archive is known when it was read to its end');
      return report;
    },
  };
}

async function* checkedMembers(
  pieces: AsyncIterable<Uint8Array>,
  gate: Gate,
  options: ArchiveOptions & { readonly gzip: boolean },
): AsyncGenerator<PassingEntry, undefined> {
  const how = { gzip: options.gzip, encoding: options.nameEncoding };
  // Of the unpacked tar.
  let total = 0;
  let end = 0;
  const meter = (bytes: number, packed: number): void => {
    total = bytes;
    gate.checkLimit('maxTotalBytes', bytes);
    if (options.gzip) gate.checkRatio(bytes, packed);
  };
  for await (const member of tarMembers(pieces, { gzip: options.gzip, meter })) {
    const { header } = member;
    const candidate = tarCandidate(header, how);
    end = header.byteOffset + Math.ceil(candidate.size / blockBytes) * blockBytes;
    const key = gate.admit(candidate);
    if (key === undefined) {
      member.resume();
      continue;
    }
    const record = { key, size: candidate.size, modifiedMs: header.mtime?.getTime() ?? 0 };
    yield new PassingEntry(record, member, gate.archive);
  }
  // Of a stream nobody knows how long it should have been: only the mark at its end tells that all of it came.
  if (total < end + blockBytes) throw new Damage('the mark at its end is missing: it was cut short');
  return undefined;
}
