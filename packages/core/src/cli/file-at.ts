import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Entry } from '../model/driver.ts';
import { fail } from '../model/failure.ts';
import type { Store } from '../model/store.ts';
import { splitFileUrl } from './store-url.ts';

type Open = (place: string) => Promise<Store>;

/** What a place without files may be instead: a file. Undefined when it is none, or names a whole store. */
export async function fileAt(written: string, open: Open): Promise<Entry | undefined> {
  if (isWhole(written)) return undefined;
  const { place, key } = splitFileUrl(written);
  return (await open(place)).stat(key);
}

/**
 * The file that a place without files is; undefined for an empty store, or an empty folder of this machine.
 *
 * Throws `store.missing` for all else: most services have no empty folders, so it is mostly a mistyped name.
 */
export async function fileAtOrEmpty(written: string, open: Open): Promise<Entry | undefined> {
  const file = await fileAt(written, open);
  if (file !== undefined || isWhole(written)) return file;
  const within = (await open(written)).localPath('x');
  if (within === undefined) throw fail('store.missing', { url: written, found: 'nothing' });
  if (!existsSync(dirname(within))) throw fail('store.missing', { url: written });
  return undefined;
}

/** A store, or a folder without a name of its own. */
function isWhole(written: string): boolean {
  const isStore = /^([a-z0-9-]{2,}:|memory:[^/]*)$/i.test(written) || /^[a-z][a-z0-9+.-]*:\/\/[^/]+\/?$/i.test(written);
  return isStore || /(^|\/)\.{0,2}\/*$/.test(written);
}
