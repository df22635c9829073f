import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type FileRef, listFiles, refOf, type RunContext } from '@dataset-runner/core/plugin';
import { cachedKeys } from '../objects/cached-keys.ts';
import { oidOfKey } from '../objects/object-path.ts';

/** Which of some objects a remote has. */
export interface FarObjects {
  has(key: string): boolean;
  /** The object as a file to read; undefined where it is not there. */
  ref(key: string): FileRef | undefined;
}

type Stores = Pick<RunContext<unknown>, 'store'>;
type OpenStore = Awaited<ReturnType<Stores['store']>>;

// A page of a listing tells of a thousand objects and takes about as long as five looks at one.
const looksAPage = 5;
const pageKeys = 1000;
const looksAtOnce = 64;

/**
 * Finds out which objects a remote has, by the cheaper of a listing and one look each.
 *
 * How many objects a remote holds is guessed from one of its 256 folders, as DVC does: names are evenly spread.
 */
export async function farObjects(place: string, keys: readonly string[], { store }: Stores): Promise<FarObjects> {
  if (keys.length === 0) return { has: () => false, ref: () => undefined };
  if (isAbsolute(place)) return onDisk(place);
  const far = await store(place);
  const found = new Map<string, FileRef>();
  const take = (file: FileRef): void => void found.set(file.key, file);
  if (keys.length <= looksAtOnce || keys.length < (await pagesOf(far, keys)) * looksAPage) {
    const left = keys.values();
    const look = async (): Promise<void> => {
      for (const key of left) {
        const entry = await far.stat(key);
        if (entry !== undefined) take(refOf(far.place, entry));
      }
    };
    await Promise.all(Array.from({ length: Math.min(looksAtOnce, keys.length) }, look));
  } else {
    for (const prefix of prefixesOf(keys)) (await listFiles(far, { prefix })).forEach(take);
  }
  return { has: (key) => found.has(key), ref: (key) => found.get(key) };
}

/** The keys of all objects a remote holds, both layouts; other files there are left out. */
export async function allFarKeys(place: string, { store }: Stores): Promise<readonly string[]> {
  if (isAbsolute(place)) return [...cachedKeys(place)];
  const files = await listFiles(await store(place), { keep: ({ key }) => oidOfKey(key) !== undefined });
  return files.map(({ key }) => key);
}

// In a folder, names are enough; the size of a file is only asked when its bytes are wanted.
function onDisk(place: string): FarObjects {
  const keys = cachedKeys(place);
  return {
    has: (key) => keys.has(key),
    ref(key) {
      if (!keys.has(key)) return undefined;
      const { size } = statSync(join(place, key));
      return { $type: 'file', store: place, key, size };
    },
  };
}

async function pagesOf(far: OpenStore, keys: readonly string[]): Promise<number> {
  let count = 0;
  for (const prefix of prefixesOf(keys)) count += (await listFiles(far, { prefix: `${prefix}00/` })).length;
  return (count * 256) / pageKeys;
}

// Legacy objects lie at the top, beside everything else.
function prefixesOf(keys: readonly string[]): readonly string[] {
  return keys.some((key) => !key.startsWith('files/md5/')) ? [''] : ['files/md5/'];
}
