import { type FileRef, refOf, type RunContext } from '@dataset-runner/core/plugin';

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

/** One file of a place as a ref, or undefined when it is not there. */
export async function statFile(store: ReadOnlyStore, key: string): Promise<FileRef | undefined> {
  const entry = await store.stat(key);
  return entry === undefined ? undefined : refOf(store.place, entry);
}
