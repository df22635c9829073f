import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../lib/digest.ts';
import type { Bytes } from '../model/driver.ts';
import { fail, failureOf } from '../model/failure.ts';
import type { StoredOutput } from '../state/rows.ts';
import type { Publishing } from './publishing.ts';
import type { Staged, StagedFolder } from './work/staged.ts';

type ReadFrom = (from: { store: string; key: string }) => Promise<AsyncIterable<Uint8Array>>;

/** Publishes one output to a store that is not a local disk; the store verifies what it stored. */
export async function publishRemote(
  to: Publishing,
  output: Staged,
  ours: boolean,
  readFrom: ReadFrom,
  files: FolderFiles,
): Promise<StoredOutput> {
  if (output.kind === 'folder') return publishFolder(to, output, files);
  // The spooled file goes only after the store has proved what it stored; a crash before leaves it to the next sweep.
  const body = await bodyOf(output, readFrom);
  const version = await put(to, output.key, body, output, ours);
  if (output.kind === 'file') rmSync(output.path, { force: true });
  return [output.key, output.size, version, output.digest, 'file'];
}

async function bodyOf(output: Exclude<Staged, StagedFolder>, readFrom: ReadFrom): Promise<Bytes> {
  if (output.kind === 'bytes') return output.bytes;
  if (output.kind === 'file') return createReadStream(output.path, { highWaterMark: 256 * 1024 });
  return readFrom(output.from);
}

async function put(
  to: Publishing,
  key: string,
  body: Bytes,
  expected: { readonly size: number; readonly digest: Digest },
  ours: boolean,
): Promise<string> {
  const options = { size: expected.size, digest: expected.digest };
  const { store } = to;
  if (!ours && store.guarantees.conditionalPut) {
    try {
      return (await store.write(key, body, { ...options, ifAbsent: true })).version ?? '';
    } catch (error) {
      if (failureOf(error)?.code !== 'store.conflict') throw error;
      return adopt(to, key, expected);
    }
  }
  // Without conditional puts the look and the write are two acts; only another program could come between.
  if (!ours && (await store.stat(key)) !== undefined) return adopt(to, key, expected);
  return (await store.write(key, body, options)).version ?? '';
}

async function adopt(
  to: Publishing,
  key: string,
  expected: { readonly size: number; readonly digest: Digest },
): Promise<string> {
  const found = await to.store.stat(key);
  if (found?.size === expected.size && (await to.store.digest(key)) === expected.digest) return found.version ?? '';
  throw fail('output.foreign', { place: to.place, key });
}

// Object stores have no folders to rename: files appear one by one, and the row that makes them a folder comes
// last. Each file is claimed, so that of what lies under the key only our own is ever replaced or removed.
async function publishFolder(to: Publishing, folder: StagedFolder, files: FolderFiles): Promise<StoredOutput> {
  const wanted = new Set(folder.files.map(([name]) => `${folder.key}/${name}`));
  const old: string[] = [];
  for await (const page of to.store.list(`${folder.key}/`)) {
    for (const { key } of page) {
      if (wanted.has(key)) continue;
      if (!files.isOwn(key)) throw fail('output.foreign', { place: to.place, key });
      old.push(key);
    }
  }
  // Before the first byte: a crash half way must find its own files again.
  files.claim([...wanted]);
  const queue = [...folder.files];
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const [name, size, digest] = file;
      const key = `${folder.key}/${name}`;
      const body = createReadStream(join(folder.path, name), { highWaterMark: 256 * 1024 });
      await put(to, key, body, { size, digest }, files.wasOwn(key));
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
  isOwn(key: string): boolean;
  /** As `isOwn` was before `claim`. */
  wasOwn(key: string): boolean;
  claim(keys: readonly string[]): void;
  drop(keys: readonly string[]): void;
}
