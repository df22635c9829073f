import type { Bytes } from '../model/driver.ts';
import { pass, throughout, type BrokenDriver } from './sound-driver.ts';

/** Faults of services that are right as long as one program does one thing after the other to small files. */
export const brokenServices: readonly BrokenDriver[] = [
  {
    name: 'lists new files only later',
    caughtBy: 'shows at once what was written and removed: to stat, readers and listings',
    spoil(sound) {
      const fresh = new Set<string>();
      return {
        ...pass(sound),
        write(key, body, options) {
          fresh.add(key);
          setTimeout(() => fresh.delete(key), 20);
          return sound.write(key, body, options);
        },
        async *list(prefix) {
          for await (const page of sound.list(prefix)) yield page.filter(({ key }) => !fresh.has(key));
        },
      };
    },
  },
  {
    name: 'gives all readers of a file one stream',
    caughtBy: 'gives whole bytes to many readers at once',
    spoil(sound) {
      const open = new Map<string, Promise<AsyncIterator<Uint8Array>>>();
      return {
        ...pass(sound),
        async read(key, range) {
          if (range !== undefined) return sound.read(key, range);
          const shared = open.get(key) ?? sound.read(key, range).then((stream) => stream[Symbol.asyncIterator]());
          open.set(key, shared);
          return inTurns(await shared, () => open.delete(key));
        },
      };
    },
  },
  {
    name: 'mixes the parts of uploads that go on at the same time',
    caughtBy: 'takes large files at the same time and keeps them apart',
    spoil(sound) {
      // The last piece of an upload comes with the next one's first.
      let late: Uint8Array | undefined;
      const mixed = async function* (body: Bytes): AsyncGenerator<Uint8Array, void, undefined> {
        if (body instanceof Uint8Array) return yield body;
        for await (const piece of body) {
          const other = late;
          late = piece;
          if (other !== undefined && other.length === piece.length) yield other;
          else yield piece;
        }
      };
      return { ...pass(sound), write: (key, body, options) => sound.write(key, mixed(body), options) };
    },
  },
  {
    name: 'loses what is left over when parts are cut',
    caughtBy: 'takes a large file of any length around its parts',
    spoil(sound) {
      const partBytes = 833_333;
      const whole = (bytes: Uint8Array): Uint8Array =>
        bytes.length > partBytes ? bytes.subarray(0, bytes.length - (bytes.length % partBytes)) : bytes;
      return {
        ...pass(sound),
        write: (key, body, options) => sound.write(key, throughout(body, whole), { ...options, size: -1 }),
      };
    },
  },
  {
    name: 'copies only what fits one request',
    caughtBy: 'copies a large file whole, and an empty one',
    spoil: (sound) => ({
      ...pass(sound),
      async copy(from, to) {
        const first = throughout(await sound.read(from, { start: 0, end: 1_000_000 }));
        return sound.write(to, first, { size: -1 });
      },
    }),
  },
  {
    name: 'leaves what it staged when a proven write replaces a file',
    caughtBy: 'proves a write by reading it back where it must be proven',
    spoil: (sound) => ({ ...pass(sound), move: (from, to) => sound.copy(from, to) }),
  },
];

async function* inTurns(
  shared: AsyncIterator<Uint8Array>,
  over: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let next = await shared.next(); next.done !== true; next = await shared.next()) yield next.value;
  over();
}
