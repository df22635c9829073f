import type { ByteRange, Bytes, Driver, Entry, WriteOptions } from '../model/driver.ts';
import { brokenServices } from './broken-services.ts';
import { pass, throughout, type BrokenDriver, type SoundDriver } from './sound-driver.ts';

export type { BrokenDriver } from './sound-driver.ts';

/** Proof that the contract can fail: each of these passes for a driver, and the suite must not let it. */
export const brokenDrivers: readonly BrokenDriver[] = [
  ...brokenServices,
  {
    name: 'loses the last byte of an upload',
    caughtBy: 'gives back the bytes of a file',
    spoil: (sound) => ({
      ...pass(sound),
      write: (key, body, options) =>
        sound.write(
          key,
          throughout(body, (bytes) => bytes.subarray(0, -1)),
          { ...options, size: -1 },
        ),
    }),
  },
  {
    name: 'ends reads early without a word',
    caughtBy: 'gives back the bytes of a file',
    spoil: (sound) => ({
      ...pass(sound),
      read: async (key, range) => throughout(await sound.read(key, range), (bytes) => bytes.subarray(0, 60_000)),
    }),
  },
  {
    name: 'takes the end of a range for its last byte',
    caughtBy: 'reads ranges exactly',
    spoil: (sound) => ({
      ...pass(sound),
      read: (key, range) =>
        sound.read(key, range?.end === undefined ? range : { start: range.start, end: range.end + 1 }),
    }),
  },
  {
    name: 'ignores the start of a range',
    caughtBy: 'reads ranges exactly',
    spoil: (sound) => ({
      ...pass(sound),
      read: (key, range) => sound.read(key, range?.end === undefined ? undefined : range),
    }),
  },
  {
    name: 'reads a missing file as an empty one',
    caughtBy: 'tells a missing file by undefined from stat and store.missing from read',
    spoil: (sound) => ({
      ...pass(sound),
      read: async (key, range) =>
        (await sound.stat(key)) === undefined ? throughout(new Uint8Array()) : sound.read(key, range),
    }),
  },
  {
    name: 'lists the first page only',
    caughtBy: 'lists every file once, over all pages',
    spoil: (sound) => ({
      ...pass(sound),
      async *list(prefix, signal) {
        for await (const page of sound.list(prefix, signal)) {
          yield page;
          return;
        }
      },
    }),
  },
  {
    name: 'takes a prefix for a folder',
    caughtBy: 'takes a prefix as text, not as a folder',
    spoil: (sound) => ({
      ...pass(sound),
      list: (prefix) => sound.list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`),
    }),
  },
  {
    name: 'rounds sizes in listings',
    caughtBy: 'lists what stat tells: size and version',
    spoil: (sound) => ({
      ...pass(sound),
      async *list(prefix) {
        for await (const page of sound.list(prefix))
          yield page.map((entry) => ({ ...entry, size: Math.ceil(entry.size / 2) * 2 }));
      },
    }),
  },
  {
    name: 'ignores ifAbsent',
    caughtBy: 'keeps one winner of 20 writers with ifAbsent, or refuses it',
    spoil: (sound) => ({
      ...pass(sound),
      write: (key, body, options) => sound.write(key, body, { ...options, ifAbsent: false }),
    }),
  },
  {
    name: 'looks before it writes instead of writing conditionally',
    caughtBy: 'keeps one winner of 20 writers with ifAbsent, or refuses it',
    spoil: (sound) => ({ ...pass(sound), write: (key, body, options) => lookThenWrite(sound, key, body, options) }),
  },
  {
    name: 'tells the version it saw first for ever',
    caughtBy: 'tells the same version until the bytes change',
    spoil: (sound) => withStaleVersions(sound),
  },
  {
    name: 'keeps serving the bytes it read first',
    caughtBy: 'replaces a file whole, and reads what was written last',
    spoil: (sound) => withStaleReads(sound),
  },
  {
    name: 'shows half a file while it uploads',
    caughtBy: 'shows nothing of a write that was aborted',
    spoil: (sound) => ({ ...pass(sound), write: (key, body, options) => writePieceByPiece(sound, key, body, options) }),
  },
  {
    name: 'hangs when the source of an upload fails',
    caughtBy: 'shows nothing of a write whose source failed',
    spoil: (sound) => ({
      ...pass(sound),
      write: async (key, body, options) =>
        sound.write(key, body, options).catch(() => new Promise<Entry>(() => undefined)),
    }),
  },
  {
    name: 'brings names into one Unicode form',
    caughtBy: 'keeps names apart that differ only in Unicode form',
    spoil: (sound) => renaming(sound, (key) => key.normalize('NFC')),
  },
  {
    name: 'folds the case of names',
    caughtBy: 'keeps names apart that differ only in case',
    spoil: (sound) => renaming(sound, (key) => key.toLowerCase()),
  },
  {
    name: 'decodes percent signs in names',
    caughtBy: 'keeps odd names apart and whole',
    spoil: (sound) => renaming(sound, (key) => key.replace(/%41/g, 'A').replace(/\+/g, ' ')),
  },
  {
    name: 'swallows the errors of a bulk remove',
    caughtBy: 'removes many, all of them',
    spoil: (sound) => ({ ...pass(sound), remove: (keys) => sound.remove(keys.slice(0, 20)) }),
  },
  {
    name: 'removes whole prefixes',
    caughtBy: 'removes exactly what it is asked to',
    spoil: (sound) => ({
      ...pass(sound),
      async remove(keys) {
        for (const key of keys) {
          for await (const page of sound.list(key)) await sound.remove(page.map((entry) => entry.key));
        }
      },
    }),
  },
  {
    name: 'moves by copying and leaves the source',
    caughtBy: 'moves a file, or says that it cannot',
    spoil: (sound) => ({ ...pass(sound), move: (from, to) => sound.copy(from, to) }),
  },
  {
    name: 'moves over files it was told to leave',
    caughtBy: 'moves over a file only when told to',
    spoil: (sound) => ({ ...pass(sound), move: (from, to) => sound.move(from, to, { overwrite: true }) }),
  },
];

// Twenty writers all look before the first has written: that is the race.
async function lookThenWrite(sound: SoundDriver, key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
  const there = options.ifAbsent === true && (await sound.stat(key)) !== undefined;
  await new Promise((resolve) => setTimeout(resolve, 1));
  return sound.write(key, body, { ...options, ifAbsent: there });
}

// Caches keyed by name alone, as in clients that "remember" what they saw.
function withStaleVersions(sound: SoundDriver): Driver {
  const seen = new Map<string, string>();
  const stale = (entry: Entry): Entry => {
    const version = seen.get(entry.key) ?? entry.version ?? '';
    seen.set(entry.key, version);
    return { ...entry, version };
  };
  return {
    ...pass(sound),
    stat: async (key) => {
      const entry = await sound.stat(key);
      return entry === undefined ? undefined : stale(entry);
    },
    write: async (key, body, options) => stale(await sound.write(key, body, options)),
  };
}

function withStaleReads(sound: SoundDriver): Driver {
  const seen = new Map<string, Uint8Array[]>();
  const read = async (key: string, range: ByteRange | undefined): Promise<AsyncIterable<Uint8Array>> => {
    if (range !== undefined) return sound.read(key, range);
    const parts = seen.get(key) ?? [];
    if (!seen.has(key)) for await (const part of await sound.read(key, undefined)) parts.push(part);
    seen.set(key, parts);
    return throughout(Buffer.concat(parts));
  };
  // Something must have read the old bytes: a cache is filled by reading.
  const write = async (key: string, body: Bytes, options: WriteOptions): Promise<Entry> => {
    const entry = await sound.write(key, body, options);
    await read(key, undefined);
    return entry;
  };
  return { ...pass(sound), read, write };
}

// As servers do that write an upload straight into its file.
async function writePieceByPiece(sound: SoundDriver, key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
  if (body instanceof Uint8Array) return sound.write(key, body, options);
  let whole = Buffer.alloc(0);
  for await (const piece of body) {
    options.signal?.throwIfAborted();
    whole = Buffer.concat([whole, piece]);
    await sound.write(key, whole, { size: whole.length });
  }
  return sound.write(key, whole, { size: whole.length });
}

/** A service that stores files under other names than it was given. */
function renaming(sound: SoundDriver, rename: (key: string) => string): Driver {
  return {
    ...pass(sound),
    stat: (key) => sound.stat(rename(key)),
    read: (key, range) => sound.read(rename(key), range),
    list: (prefix) => sound.list(rename(prefix)),
    write: (key, body, options) => sound.write(rename(key), body, options),
    remove: (keys) => sound.remove(keys.map(rename)),
    copy: (from, to) => sound.copy(rename(from), rename(to)),
    move: (from, to, options) => sound.move(rename(from), rename(to), options),
  };
}
