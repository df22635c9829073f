import type { FileRef, RunContext } from '@dataset-runner/core/plugin';

/** A store as a planning task sees it: to list, stat and read. */
export type ReadOnlyStore = Awaited<ReturnType<RunContext<unknown>['store']>>;

/** A file URL or path taken apart into the place it lies in and its name there. */
export function splitAddress(address: string): { readonly place: string; readonly name: string } {
  const slash = address.lastIndexOf('/');
  if (slash > 0) return { place: address.slice(0, slash), name: address.slice(slash + 1) };
  const colon = address.indexOf(':');
  if (colon > 0) return { place: address.slice(0, colon + 1), name: address.slice(colon + 1) };
  return { place: slash === 0 ? '/' : '.', name: address.slice(slash + 1) };
}

/** All files of a place below a prefix, sorted by key. */
export async function listFiles(store: ReadOnlyStore, prefix = ''): Promise<FileRef[]> {
  const files: FileRef[] = [];
  for await (const page of store.list(prefix)) {
    for (const { key, size, version, digest } of page) {
      files.push({
        $type: 'file',
        store: store.place,
        key,
        size,
        ...(version === undefined ? {} : { version }),
        ...(digest === undefined ? {} : { digest }),
      });
    }
  }
  return files.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One file of a place as a ref, or undefined when it is not there. */
export async function statFile(store: ReadOnlyStore, key: string): Promise<FileRef | undefined> {
  const entry = await store.stat(key);
  if (entry === undefined) return undefined;
  const { size, version, digest } = entry;
  return {
    $type: 'file',
    store: store.place,
    key,
    size,
    ...(version === undefined ? {} : { version }),
    ...(digest === undefined ? {} : { digest }),
  };
}
