import type { Entry } from '../model/driver.ts';
import type { Store } from '../model/store.ts';
import { splitFileUrl } from './store-url.ts';

/** What a place without files may be instead: a file. Undefined when it is none, or names a whole store. */
export async function fileAt(written: string, open: (place: string) => Promise<Store>): Promise<Entry | undefined> {
  const isStore = /^([a-z0-9-]{2,}:|memory:[^/]*)$/i.test(written) || /^[a-z][a-z0-9+.-]*:\/\/[^/]+\/?$/i.test(written);
  if (isStore || /(^|\/)\.{0,2}\/*$/.test(written)) return undefined;
  const { place, key } = splitFileUrl(written);
  return (await open(place)).stat(key);
}
