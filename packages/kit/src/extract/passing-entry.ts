import { kitFailures } from '../failures.ts';
import type { ArchiveEntry } from './archive.ts';
import { shown } from './names.ts';
import { Damage, joinBytes } from './reader.ts';
import { damageOf, type TarMember } from './tar-walk.ts';

/** What a tar says of a file that passes by. */
interface Passing {
  readonly key: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** A file of a streamed tar while it passes by; once the next one is asked for it is gone. */
export class PassingEntry implements ArchiveEntry {
  readonly key: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly #member: TarMember;
  readonly #archive: string;
  #reading: AsyncIterator<Buffer> | undefined;
  #gone = false;

  constructor(record: Passing, member: TarMember, archive: string) {
    this.key = record.key;
    this.size = record.size;
    this.modifiedMs = record.modifiedMs;
    this.#member = member;
    this.#archive = archive;
  }

  async open(): Promise<AsyncIterable<Uint8Array>> {
    if (this.#gone || this.#reading !== undefined) {
      throw new Error(
        `'${shown(this.key)}' of a streamed tar can be opened once, and only before the next entry is asked for`,
      );
    }
    const reading = this.#member[Symbol.asyncIterator]();
    this.#reading = reading;
    return this.#read(reading);
  }

  async bytes(): Promise<Uint8Array> {
    return joinBytes(await this.open());
  }

  /** Never hands a return on to the stream: leaving an entry half read would end the whole walk. */
  async *#read(bytes: AsyncIterator<Buffer>): AsyncGenerator<Uint8Array> {
    let length = 0;
    for (;;) {
      const next: IteratorResult<Buffer, unknown> = await corruptAt(this.#archive, this.key, bytes.next());
      if (next.done === true) break;
      length += next.value.length;
      yield next.value;
    }
    if (length !== this.size) throw corrupt(this.#archive, this.key, `it has ${length} bytes instead of ${this.size}`);
  }

  /** Called by the walk when the next entry is asked for: what was not read has to go by. */
  async skipRest(): Promise<void> {
    this.#gone = true;
    if (this.#reading === undefined) this.#member.resume();
    else while ((await this.#reading.next()).done !== true);
  }
}

/** Reads for one entry: what would be damage of the archive is named as this entry's. */
export async function corruptAt<T>(archive: string, key: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const cause = damageOf(error);
    throw cause instanceof Damage ? corrupt(archive, key, cause.message) : cause;
  }
}

function corrupt(archive: string, key: string, why: string): Error {
  return kitFailures['entry-corrupt']({ archive, entry: shown(key), why });
}
