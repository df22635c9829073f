import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { kitFailures } from '../failures.ts';
import type { Archive, ArchiveEntry, ArchiveReport } from './archive.ts';

/** Never through a link, never over a file: what is there was not made by this extraction. */
const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
/** Files up to this size are written in one go. */
const smallBytes = 1024 * 1024;

/**
 * Writes a checked archive into a new folder, whole or not at all.
 *
 * The files go to a hidden folder beside it, which is renamed at the end; a failure removes it. A kill leaves
 * it behind under a name that no later extraction uses.
 */
export async function writeArchive(archive: Archive, folder: string, signal?: AbortSignal): Promise<ArchiveReport> {
  const target = resolve(folder);
  await refuseFilled(target, folder);
  await mkdir(dirname(target), { recursive: true });
  const staging = join(dirname(target), `.${basename(target)}.extracting-${randomBytes(6).toString('hex')}`);
  await mkdir(staging);
  try {
    await writeEntries(archive, staging, signal);
    await rename(staging, target); // onto an empty folder it succeeds, onto one filled meanwhile it fails
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (isFilled(error)) throw kitFailures['folder-exists']({ folder });
    throw error;
  }
  return archive.report;
}

/** `made` saves a system call for each file: entries of one folder mostly follow each other. */
async function writeEntries(archive: Archive, staging: string, signal: AbortSignal | undefined): Promise<void> {
  const made = new Set<string>([staging]);
  for await (const entry of archive.entries()) {
    signal?.throwIfAborted();
    const path = join(staging, entry.key);
    const parent = dirname(path);
    if (!made.has(parent)) {
      await mkdir(parent, { recursive: true });
      made.add(parent);
    }
    if (entry.size <= smallBytes) writeSmall(path, await entry.bytes());
    else await writeLarge(path, entry, signal);
  }
}

/** Synchronous on purpose: three short calls on a local disk, twice as fast as by the thread pool. */
function writeSmall(path: string, bytes: Uint8Array): void {
  const file = openSync(path, createNew, 0o644);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  } finally {
    closeSync(file);
  }
}

async function writeLarge(path: string, entry: ArchiveEntry, signal: AbortSignal | undefined): Promise<void> {
  await using file = await open(path, createNew, 0o644);
  for await (const piece of await entry.open()) {
    signal?.throwIfAborted();
    await file.writeFile(piece); // appends at the handle's position, and writes all of it
  }
}

/** Asked first, so that nothing is unpacked in vain; the rename asks again. */
async function refuseFilled(target: string, folder: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error.code === 'ENOTDIR' ? kitFailures['folder-exists']({ folder }) : error;
  });
  if (names.length > 0) throw kitFailures['folder-exists']({ folder });
}

/** How the systems say that a rename found something in its place. */
function isFilled(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    'syscall' in error &&
    error.syscall === 'rename' &&
    ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(String(error.code))
  );
}
