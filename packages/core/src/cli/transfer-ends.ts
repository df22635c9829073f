import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Ends } from '../app/transfer/request.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import { splitFileUrl } from './store-url.ts';

/**
 * Tells whether a command line names a file or a folder: a file where one lies, else a folder.
 *
 * As with `cp`, a file goes into a target that ends in a slash or a colon, or that is a folder of this machine or
 * of the project (`.`), and becomes the target otherwise.
 */
export async function endsOf(from: string, to: string, open: (place: string) => Promise<Store>): Promise<Ends> {
  // A whole store is never one file, and splitting its URL would fail.
  if (/^[a-z0-9-]{2,}:$/i.test(from) || /^[a-z][a-z0-9+.-]*:\/\/[^/]+\/?$/i.test(from) || /^\.{1,2}\/?$|\/$/.test(from))
    return { from, to };
  const source = splitFileUrl(from);
  const store = await open(source.place);
  if ((await store.stat(source.key)) === undefined) return { from, to };
  const into = isFolder(to) || (await isLocalFolder(to, open));
  // The name as it is: in a URL it would be one with escapes.
  const target = into ? { place: splitFileUrl(joinPlace(to, 'x')).place, key: source.key } : splitFileUrl(to);
  return { from: source.place, to: target.place, file: { from: source.key, to: target.key } };
}

// Only here is a folder something that lies there; elsewhere it is a part of names.
async function isLocalFolder(to: string, open: (place: string) => Promise<Store>): Promise<boolean> {
  const path = (await open(to)).localPath('x');
  return path !== undefined && statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFolder(to: string): boolean {
  return /[:/]$|^\.{1,2}$|\/\.{1,2}$/.test(to) || /^[a-z][a-z0-9+.-]*:\/\/[^/]+$/i.test(to);
}
