import { type Failure, failureOf, fail } from '../../model/failure.ts';
import type { Entry } from '../../model/driver.ts';
import { refOf } from '../../model/list-files.ts';
import type { Store } from '../../model/store.ts';
import { keyProblem } from '../../storage/key.ts';
import type { Difference } from './compare.ts';
import type { CopyItem } from './copy-plugin.ts';
import { isSameFile } from './ends.ts';
import type { KeyCollisions } from './key-collisions.ts';
import type { Change } from '../../report/transfer-report.ts';
import type { TransferRequest } from './request.ts';

/** Turns differences into files to copy, and counts what was found. */
export class Tally {
  compared = 0;
  same = 0;
  files = 0;
  sizeBytes = 0;
  replaced = 0;
  extra = 0;
  planned = false;
  /** What the target alone has, as it was seen; kept only where it is to be removed. */
  readonly extras = new Map<string, string>();
  /** A file of the source and how it was seen. */
  first: readonly [key: string, seen: string] | undefined;
  /** What the source has, as it was seen; kept only for a move, which removes it. */
  readonly sources = new Map<string, string>();
  readonly #request: TransferRequest;
  readonly #from: Store;
  readonly #to: Store;
  readonly #collisions: KeyCollisions | undefined;

  constructor(
    request: TransferRequest,
    ends: { readonly from: Store; readonly to: Store },
    collisions?: KeyCollisions,
  ) {
    this.#request = request;
    this.#from = ends.from;
    this.#to = ends.to;
    this.#collisions = collisions;
  }

  /** The file to copy for a difference; undefined when there is nothing to do. */
  take(difference: Difference): CopyItem | undefined {
    if (difference.what === 'extra') {
      this.extra++;
      return this.#request.deleteExtra ? this.#takeExtra(difference.target) : undefined;
    }
    this.compared++;
    const { source } = difference;
    this.first ??= [source.key, seenAs(source)];
    if (this.#request.how === 'move') this.sources.set(source.key, seenAs(source));
    const collides = this.#refusal(source.key);
    const key = this.#targetKey(source);
    const linked = difference.what === 'same' ? this.#linked(source.key, key) : undefined;
    if (difference.what === 'same' && linked === undefined) {
      this.same++;
      return undefined;
    }
    this.files++;
    this.sizeBytes += source.size;
    const item = {
      key,
      from: refOf(this.#from.place, source),
      ...(this.#readTwice(source) ? { readTwice: true as const } : {}),
    };
    const refused = linked ?? collides;
    if (refused !== undefined) return { ...item, key: usableKey(key), refused };
    if (difference.what === 'missing' || !this.#replaces) return item;
    this.replaced++;
    return { ...item, replaces: refOf(this.#to.place, difference.target) };
  }

  // A request for a name like `a//b` may reach another file; told as a failure, it is named before anything is removed.
  #takeExtra(target: Entry): CopyItem | undefined {
    const why = keyProblem(target.key);
    if (why === undefined) {
      this.extras.set(target.key, seenAs(target));
      return undefined;
    }
    const refused = failureOf(fail('store.key', { key: target.key, why }));
    return {
      key: usableKey(target.key),
      from: refOf(this.#to.place, target),
      ...(refused === undefined ? {} : { refused }),
    };
  }

  #targetKey({ key }: Entry): string {
    return this.#request.file?.to ?? key;
  }

  get #replaces(): boolean {
    return this.#request.how === 'sync' || this.#request.overwrite;
  }

  // Into another store the engine reads back by itself.
  #readTwice({ digest }: Entry): boolean {
    const { verify } = this.#request;
    return verify && digest === undefined && isLocal(this.#to) && !isLocal(this.#from);
  }

  /** Why a file that is there already must not be removed at the source. */
  #linked(source: string, target: string): Failure | undefined {
    const ends = { from: this.#from, to: this.#to };
    if (this.#request.how !== 'move' || !isSameFile(ends, source, target)) return undefined;
    const message = `${target} in ${this.#to.place} is a link to the file that would be removed`;
    return failureOf(fail('usage.invalid', { message, hint: 'Remove the link first, then move the file.' }));
  }

  // Every key of the source is seen, also those with nothing to do: they are in the way of the others.
  #refusal(key: string): Failure | undefined {
    const why = keyProblem(key);
    if (why !== undefined) return failureOf(fail('store.key', { key, why }));
    return this.#collisions?.check(key);
  }

  /** What a dry run says of a difference. */
  changeOf(difference: Difference): Change | undefined {
    switch (difference.what) {
      case 'same':
        return undefined;
      case 'missing':
        return { what: 'copy', key: this.#targetKey(difference.source), sizeBytes: difference.source.size };
      case 'extra':
        return this.#request.deleteExtra
          ? { what: 'remove', key: difference.target.key, sizeBytes: difference.target.size }
          : undefined;
      case 'differing':
        return {
          what: this.#replaces ? 'replace' : 'keep',
          key: this.#targetKey(difference.source),
          sizeBytes: difference.source.size,
          why: difference.why,
        };
    }
  }
}

/** A short text that changes when the file does. */
export function seenAs({ size, version, modifiedMs }: { size: number; version?: string; modifiedMs?: number }): string {
  return `${size} ${version ?? modifiedMs ?? ''}`;
}

function isLocal(store: Store): boolean {
  return store.localPath('x') !== undefined;
}

// A usable key in the stead of one that is not: escapes as people see them hold a backslash, which no key may.
function usableKey(key: string): string {
  const text = key.toWellFormed().replaceAll(/\p{Cc}/gu, '?');
  return text === '' ? '(no name)' : text;
}
