import type { Bytes, Driver } from '../model/driver.ts';

/** A driver with one fault, as real services and libraries have had it. */
export interface BrokenDriver {
  readonly name: string;
  /** Title of a contract case that must fail because of it. */
  readonly caughtBy: string;
  /** The sound driver with the fault put in. */
  spoil(sound: SoundDriver): Driver;
}

/** A driver that has everything, which the faults need. */
export type SoundDriver = Required<Pick<Driver, 'stat' | 'read' | 'list' | 'write' | 'remove' | 'copy' | 'move'>>;

/** The sound methods as a plain object, so that a fault replaces just one of them. */
export function pass(sound: SoundDriver): SoundDriver & Pick<Driver, 'unsizedWrites'> {
  return {
    unsizedWrites: true,
    stat: (key, signal) => sound.stat(key, signal),
    read: (key, range, signal) => sound.read(key, range, signal),
    list: (prefix, signal) => sound.list(prefix, signal),
    write: (key, body, options) => sound.write(key, body, options),
    remove: (keys, signal) => sound.remove(keys, signal),
    copy: (from, to, signal) => sound.copy(from, to, signal),
    move: (from, to, options) => sound.move(from, to, options),
  };
}

/** Collects bytes and gives them changed. */
export async function* throughout(
  body: Bytes,
  change = (bytes: Uint8Array): Uint8Array => bytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const parts: Uint8Array[] = body instanceof Uint8Array ? [body] : [];
  if (!(body instanceof Uint8Array)) for await (const part of body) parts.push(part);
  yield change(Buffer.concat(parts));
}
