import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { templateName } from './interpolate.ts';

/** A value of a file that a template of a stage took. */
export interface UsedValue {
  /** Posix, from the root. */
  readonly file: string;
  /** Dotted, an index of a list among its parts. */
  readonly name: string;
  readonly value: Value;
}

/** Under which names of the parameters lie the values that a group gives a stage: `item.lr` to `rates.0`. */
export type Trace = ReadonlyMap<string, string>;

/**
 * The names behind one element of what `foreach` or `matrix` lists, which stages see as `as`.
 *
 * Only a template that is a whole text leads to a name; what is written out leads to none.
 */
export function namesBehind(written: Value, path: readonly string[], as: string): Trace {
  const [first, ...rest] = path;
  const name = typeof written === 'string' ? templateName(written) : undefined;
  if (name !== undefined) return new Map([[as, [name, ...path].join('.')]]);
  if (first !== undefined) {
    const child = isMap(written) ? written.get(first) : isList(written) ? written[Number(first)] : undefined;
    return child === undefined ? new Map() : namesBehind(child, rest, as);
  }
  const children = isMap(written) ? [...written] : isList(written) ? [...written.entries()] : [];
  return new Map(children.flatMap(([key, child]) => [...namesBehind(child, [], `${as}.${key}`)]));
}

/** Collects what templates of one stage take from files. */
export class UsedValues {
  readonly all: UsedValue[] = [];
  readonly #files: ReadonlyMap<string, string>;
  readonly #own: ValueMap;
  readonly #trace: Trace;

  constructor(files: ReadonlyMap<string, string>, { own, trace }: { readonly own: ValueMap; readonly trace: Trace }) {
    this.#files = files;
    this.#own = own;
    this.#trace = trace;
  }

  add(path: string, value: Value): void {
    // What the group gives hides parameters of the same name.
    const name = this.#own.has(path.split('.')[0] ?? '') ? this.#behind(path) : path;
    const file = name === undefined ? undefined : longest(this.#files, name);
    if (name !== undefined && file !== undefined) this.all.push({ file: file.value, name, value });
  }

  #behind(path: string): string | undefined {
    const found = longest(this.#trace, path);
    return found === undefined ? undefined : found.value + path.slice(found.name.length);
  }
}

/** The entry of a dotted name, or else of what it lies in. */
function longest(
  entries: ReadonlyMap<string, string>,
  path: string,
): { readonly name: string; readonly value: string } | undefined {
  for (let name = path; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const value = entries.get(name);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}
