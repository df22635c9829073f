import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { StoreTrouble } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import { isPlainFailure, statOf, type SftpChannel } from './sftp-channel.ts';

/** A whole file that gets its name. */
export interface Publication {
  readonly from: string;
  readonly to: string;
  /** Of the source. */
  readonly stats: Stats;
  /** Fail with trouble `conflict` where something has the name. */
  readonly isNew: boolean;
}

/**
 * Gives a file its name, as one step of the server; returns what the file is then.
 *
 * A new name is a hard link, which the server makes or not; an old one is replaced by OpenSSH's own rename.
 */
export async function publish(channel: SftpChannel, publication: Publication): Promise<Stats> {
  const { from, to, stats, isNew } = publication;
  const there = isNew ? undefined : await statOf(channel, to);
  if (there?.isFile() === false) throw new StoreTrouble('conflict', `${to} is a folder`, { found: 'folder' });
  // Within one second two versions of one size would look the same: ours is then dated a second later.
  const isLate = there !== undefined && there.mtime >= stats.mtime;
  if (isLate) await channel.setModified(from, there.mtime + 1);
  try {
    await inFolder(channel, to, () => (isNew ? channel.link(from, to) : channel.replace(from, to)));
  } catch (error) {
    // OpenSSH has one word for all of these; what lies there says which it was.
    // A link to nothing is in the way as much as a file is.
    const found = isPlainFailure(error) ? await channel.lstat(to).catch(() => undefined) : undefined;
    if (found === undefined) throw (await isElsewhere(channel, from, to, error)) ?? error;
    throw new StoreTrouble('conflict', `${to} is there already`, found.isDirectory() ? { found: 'folder' } : {});
  }
  if (isNew) await channel.unlink(from);
  return isLate ? ((await statOf(channel, to)) ?? stats) : stats;
}

/** Trouble where a plain failure comes of a folder on another disk than the root of the store, where bytes are staged. */
async function isElsewhere(
  channel: SftpChannel,
  from: string,
  to: string,
  error: unknown,
): Promise<StoreTrouble | undefined> {
  if (!isPlainFailure(error)) return undefined;
  const [a, b] = await Promise.all([from, posix.dirname(to)].map((path) => channel.diskOf(path)));
  if (a === undefined || b === undefined || a === b) return undefined;
  return new StoreTrouble('conflict', `${to} lies on another disk`, { found: 'disk' });
}

/** Does something in the folder of a path, and makes the folder first where it is missing. */
export async function inFolder<T>(channel: SftpChannel, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (troubleOf(error)?.kind !== 'missing') throw error;
    await makeFolder(channel, posix.dirname(path));
    return act();
  }
}

/** Makes a folder and those it lies in; one that is there is fine. */
async function makeFolder(channel: SftpChannel, path: string): Promise<void> {
  const error = await mkdirFailure(channel, path);
  if (error === undefined) return;
  if (troubleOf(error)?.kind === 'missing' && posix.dirname(path) !== path) {
    await makeFolder(channel, posix.dirname(path));
    // Once: where the parent is there now, a second "missing" means something else.
    const second = await mkdirFailure(channel, path);
    if (second === undefined) return;
    throw second;
  }
  throw error;
}

async function mkdirFailure(channel: SftpChannel, path: string): Promise<unknown> {
  try {
    await channel.mkdir(path);
    return undefined;
  } catch (error) {
    if (!isPlainFailure(error)) return error;
    const stats = await statOf(channel, path);
    // Another writer may have made it first; a file of the name is in the way.
    return stats?.isDirectory() === true
      ? undefined
      : new StoreTrouble('conflict', `${path} is a file`, { found: 'file' });
  }
}
