import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { DependencyContainer } from 'tsyringe';
import type { ParamReaders } from '../config/resolve-sources.ts';
import type { Json } from '../lib/canonical-json.ts';
import { fail } from '../model/failure.ts';
import { refOf } from '../model/list-files.ts';
import type { Store } from '../model/store.ts';
import { tokens } from './tokens.ts';

/** How params given as references are read: files and URLs alike through the stores. */
export function paramReaders(container: DependencyContainer): ParamReaders {
  const project = container.resolve(tokens.project);
  const { env } = container.resolve(tokens.options);
  const stores = container.resolve(tokens.stores);

  async function locate(text: string): Promise<{ readonly store: Store; readonly key: string }> {
    const { place, key } = splitFile(text, project.dir);
    // `./folder/`, as shells complete it, or a store alone.
    if (key === '') throw fail('store.missing', { url: text, found: 'folder' });
    return { store: await stores.open(place), key };
  }

  return {
    env,
    cwd: project.dir,
    async readText(text) {
      const { store, key } = await locate(text);
      const pieces: Uint8Array[] = [];
      for await (const piece of await store.read(key)) pieces.push(piece);
      return Buffer.concat(pieces).toString('utf8');
    },
    async fileRef(text): Promise<Json> {
      const { store, key } = await locate(text);
      const entry = await store.stat(key);
      if (entry === undefined)
        throw fail('store.missing', { url: text, ...((await isFolder(store, key)) ? { found: 'folder' } : {}) });
      return { ...refOf(store.place, entry) };
    },
  };
}

// Only to say more of a file that is not there: where it cannot be told, nothing more is said.
async function isFolder(store: Store, key: string): Promise<boolean> {
  const path = store.localPath(key);
  if (path !== undefined) return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  try {
    for await (const page of store.list(`${key}/`)) if (page.length > 0) return true;
  } catch {
    // The service may refuse listings to those who may read.
  }
  return false;
}

/** The place a file lies in and its key there: everything up to the last slash, or the project for a bare name. */
function splitFile(text: string, projectDir: string): { readonly place: string; readonly key: string } {
  const slash = text.lastIndexOf('/');
  if (slash !== -1) return { place: text.slice(0, slash) || '/', key: text.slice(slash + 1) };
  const colon = text.indexOf(':');
  if (colon > 1) return { place: text.slice(0, colon + 1), key: text.slice(colon + 1) };
  const path = isAbsolute(text) ? text : resolve(projectDir, text);
  return { place: dirname(path), key: path.slice(join(dirname(path), 'x').length - 1) };
}
