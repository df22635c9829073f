import type { Entry } from './driver.ts';
import type { FileRef } from './file-ref.ts';

/** A file of a listing as a ref; what the listing told of version and digest goes along. */
export function refOf(place: string, { key, size, version, digest }: Entry): FileRef {
  return {
    $type: 'file',
    store: place,
    key,
    size,
    ...(version === undefined ? {} : { version }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What `listFiles` needs of a store; `run`'s `store(place)` gives one. */
interface Listed {
  readonly place: string;
  list(prefix?: string): AsyncIterable<readonly Entry[]>;
}

/** Which files of a place are wanted. */
export interface ListFilesOptions {
  /** Keys start with it; asked of the service. */
  readonly prefix?: string;
  /** Leaves out what is not wanted before it takes memory. */
  readonly keep?: (entry: Entry) => boolean;
}

/** All files of a place as refs, sorted by key, so that items come in the same order whatever a service lists first. */
export async function listFiles(store: Listed, { prefix, keep }: ListFilesOptions = {}): Promise<FileRef[]> {
  const files: FileRef[] = [];
  for await (const page of store.list(prefix)) {
    for (const entry of page) if (keep === undefined || keep(entry)) files.push(refOf(store.place, entry));
  }
  return files.sort((a, b) => (a.key < b.key ? -1 : 1));
}
