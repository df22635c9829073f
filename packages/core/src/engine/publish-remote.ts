import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../model/driver.ts';
import { fail } from '../model/failure.ts';
import type { StoredOutput } from '../state/rows.ts';
import type { Publishing } from './publishing.ts';
import { put } from './put.ts';
import type { Staged, StagedCopy, StagedFolder } from './work/staged.ts';

/** Publishes one output to a store that is not a local disk; the store verifies what it stored. */
export async function publishRemote(
  to: Publishing,
  output: Exclude<Staged, StagedCopy>,
  ours: boolean,
  files: FolderFiles,
): Promise<StoredOutput> {
  if (output.kind === 'folder') return publishFolder(to, output, files);
  // The spooled file goes only after the store has proved what it stored; a crash before leaves it to the next sweep.
  const { version, digest } = await put(to, output.key, bodyOf(output), output, ours);
  if (output.kind === 'file') rmSync(output.path, { force: true });
  return [output.key, output.size, version, output.digest ?? digest, 'file'];
}

function bodyOf(output: Exclude<Staged, StagedFolder | StagedCopy>): Bytes {
  return output.kind === 'bytes' ? output.bytes : createReadStream(output.path, { highWaterMark: 256 * 1024 });
}

// Object stores have no folders to rename: files appear one by one, and the row that makes them a folder comes
// last. Each file is claimed, so that of what lies under the key only our own is ever replaced or removed.
async function publishFolder(to: Publishing, folder: StagedFolder, files: FolderFiles): Promise<StoredOutput> {
  const wanted = new Set(folder.files.map(([name]) => `${folder.key}/${name}`));
  const old: string[] = [];
  const foreign = new Set<string>();
  for await (const page of to.store.list(`${folder.key}/`)) {
    for (const { key } of page) {
      const isOwn = files.isOwn(key);
      if (!isOwn && !wanted.has(key)) throw fail('output.foreign', { place: to.place, key });
      if (!isOwn) foreign.add(key);
      else if (!wanted.has(key)) old.push(key);
    }
  }
  // Before the first byte: a crash half way must find its own files again. What lies there and is not ours is claimed
  // once it proved to have the same bytes, or the next attempt would take it for ours.
  files.claim([...wanted].filter((key) => !foreign.has(key)));
  const queue = [...folder.files];
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const [name, size, digest] = file;
      const key = `${folder.key}/${name}`;
      const body = createReadStream(join(folder.path, name), { highWaterMark: 256 * 1024 });
      await put(to, key, body, { size, digest }, files.wasOwn(key));
      if (foreign.has(key)) files.claim([key]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  if (old.length > 0) await to.store.remove(old);
  files.drop(old);
  rmSync(folder.path, { recursive: true, force: true });
  return [folder.key, folder.size, '', folder.digest, 'folder'];
}

/** Who owns the single files of a folder in a remote place. */
export interface FolderFiles {
  /** Throws `output.claimed` where another line, or an item of this run, has it. */
  isOwn(key: string): boolean;
  /** As `isOwn` was before `claim`. */
  wasOwn(key: string): boolean;
  claim(keys: readonly string[]): void;
  drop(keys: readonly string[]): void;
}
