import type { Archive } from '@dataset-runner/kit/extract';
import { createHash } from 'node:crypto';

/** What a zip says it holds, as one digest: name, size and CRC-32 of every file, in the order of their bytes. */
export async function directoryHash(archive: Archive): Promise<string> {
  const hash = createHash('sha256');
  for await (const { key, size, crc32 } of archive.entries()) hash.update(`${key}\t${size}\t${crc32 ?? ''}\n`);
  return hash.digest('hex');
}
