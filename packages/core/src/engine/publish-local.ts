import { constants, copyFileSync, linkSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { createFile } from '../lib/create-file.ts';
import type { Digest } from '../lib/digest.ts';
import { fail } from '../model/failure.ts';
import { type FileRef, joinPlace } from '../model/file-ref.ts';
import { inTheWay } from '../model/in-the-way.ts';
import type { StoredOutput } from '../state/rows.ts';
import { toFailure } from '../storage/trouble.ts';
import { placeStaged, withParent } from './place-file.ts';
import { changedMeanwhile } from './publishing.ts';
import { folderDigest, listFiles } from './work/output-folder.ts';
import { digestOfStaged, hashFile } from './work/stage-file.ts';
import type { StagedFile, StagedFolder } from './work/staged.ts';

interface How {
  readonly ours: boolean;
  readonly place: string;
  readonly key: string;
}

/**
 * Puts a staged file at its path and returns its version.
 *
 * Ours is replaced by rename. Otherwise link(2) does check and publication in one atomic act: it fails when
 * anything lies there, whoever put it there meanwhile.
 */
export function publishFile(staged: StagedFile, target: string, how: How): string {
  const { lent } = staged;
  try {
    if (staged.isEmpty === true) {
      if (how.ours) return publishFile(stagedEmpty(staged), target, how);
      return withParent(target, () => makeEmpty(target));
    }
    if (lent === undefined) placeStaged(staged.path, target, how.ours);
    else if (how.ours) {
      linkSync(lent, staged.path);
      placeStaged(staged.path, target, true);
      // rename(2) between two names of one file does nothing and keeps both.
      rmSync(staged.path, { force: true });
    } else withParent(target, () => linkSync(lent, target));
    return staged.version;
  } catch (error) {
    if (lent !== undefined && isUnlinkable(error)) return publishFile(copyOf(staged, lent), target, how);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'EISDIR') return adopt(staged, target, how);
    if (code === 'ENOTDIR') {
      throw fail('output.foreign', { place: how.place, key: how.key, why: inTheWay.file });
    }
    // A file system without links (exFAT): the check and the rename are then two acts.
    if ((code === 'EPERM' || code === 'ENOTSUP' || code === 'EXDEV') && !how.ours) {
      if (exists(target)) return adopt(staged, target, how);
      return publishFile(staged, target, { ...how, ours: true });
    }
    throw toFailure(error, { url: joinPlace(how.place, how.key), what: 'publish' });
  }
}

// A file system without links, or too many on this file.
function isUnlinkable(error: unknown): boolean {
  return ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '');
}

// Exclusive: as with a link, check and publication are one act. Returns the version.
function makeEmpty(path: string): string {
  return String(createFile(path, new Uint8Array(0)));
}

function stagedEmpty({ isEmpty: _isEmpty, ...staged }: StagedFile): StagedFile {
  return { ...staged, version: makeEmpty(staged.path) };
}

function copyOf({ lent: _lent, ...staged }: StagedFile, lent: string): StagedFile {
  // A link made before the trouble: copied over, the lent file would be emptied.
  rmSync(staged.path, { force: true });
  copyFileSync(lent, staged.path, constants.COPYFILE_FICLONE);
  return { ...staged, version: String(statSync(staged.path).mtimeMs) };
}

/** Replaces a file that is still the one that was seen; one that has changed since is `store.conflict`. */
export function replaceFile(staged: StagedFile, seen: FileRef, target: string, how: How): StoredOutput {
  const found = statSync(target, { throwIfNoEntry: false });
  const same = found?.isFile() && found.size === seen.size && String(found.mtimeMs) === seen.version;
  if (found !== undefined && !same) {
    if (found.isFile() && found.size === staged.size && hashFile(target) === digestOfStaged(staged))
      return storedFile(staged, adopt(staged, target, how));
    rmSync(staged.path, { force: true });
    throw changedMeanwhile(how.place, how.key);
  }
  const version = publishFile(staged, target, { ...how, ours: found !== undefined });
  return storedFile(staged, version);
}

/** What a row will say of a published file; of one that no row will name, no digest. */
export function storedFile(
  { key, size, digest = '' as Digest }: Pick<StagedFile, 'key' | 'size' | 'digest'>,
  version: string,
): StoredOutput {
  return [key, size, version, digest, 'file'];
}

function adopt(staged: StagedFile, target: string, how: How): string {
  const found = lstatSync(target);
  if (!found.isFile() || found.size !== staged.size || hashFile(target) !== digestOfStaged(staged)) {
    rmSync(staged.path, { force: true });
    const what = found.isDirectory() ? { why: inTheWay.folder } : {};
    throw fail('output.foreign', { place: how.place, key: how.key, ...what });
  }
  rmSync(staged.path, { force: true });
  return String(found.mtimeMs);
}

/** Puts a staged folder at its path whole, and returns its version. */
export function publishFolder(staged: StagedFolder, target: string, how: How): string {
  try {
    withParent(target, () => renameSync(staged.path, target));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR')
      throw toFailure(error, { url: joinPlace(how.place, how.key), what: 'publish' });
    if (!how.ours) {
      if (!sameFolder(staged, target)) {
        rmSync(staged.path, { recursive: true, force: true });
        throw fail('output.foreign', { place: how.place, key: how.key });
      }
      rmSync(staged.path, { recursive: true, force: true });
      return String(statSync(target).mtimeMs);
    }
    // Between the two renames the folder is missing, never half: a crash here makes its row run again.
    const aside = `${staged.path}.old`;
    renameSync(target, aside);
    renameSync(staged.path, target);
    rmSync(aside, { recursive: true, force: true });
  }
  return String(statSync(target).mtimeMs);
}

function sameFolder(staged: StagedFolder, target: string): boolean {
  try {
    const names = listFiles(target);
    if (names.length !== staged.count) return false;
    const files = names.map(
      (name) => [name, statSync(`${target}/${name}`).size, hashFile(`${target}/${name}`)] as const,
    );
    return folderDigest(files) === staged.digest;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
