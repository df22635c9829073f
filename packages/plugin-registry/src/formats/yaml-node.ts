import { isList, isMap, isNumber, isOther, NumberedMap, numberKey, type PyNumber, type Value } from './value.ts';

/**
 * A YAML file as a tree that remembers what a person wrote between the values: comments and blank lines.
 *
 * They hang on the leaf before them (`tail`) or on the key before a nested block (`gap`), as DVC's own
 * loader does; so a key appended to a map comes after a comment that followed its last value.
 */
export type Node = ScalarNode | MapNode | SeqNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Value;
  /** The text of a number or block scalar as found; kept while the value is. */
  readonly source?: string;
  tail: Tail;
}

export interface MapNode {
  readonly kind: 'map';
  readonly flow: boolean;
  entries: MapEntry[];
  tail: Tail;
}

export interface MapEntry {
  readonly key: string;
  /** Set where the key is a number, of which `key` is the text. */
  readonly number?: PyNumber;
  gap: Tail;
  value: Node;
}

export interface SeqNode {
  readonly kind: 'seq';
  readonly flow: boolean;
  items: Node[];
  tail: Tail;
}

/** A comment on the same line, with its column in the source, and whole lines below it. */
export interface Tail {
  readonly comment?: string;
  readonly column?: number;
  /** Whole lines as they were, each ending in a line feed. */
  readonly lines: string;
}

export const noTail: Tail = { lines: '' };

export interface YamlFile {
  /** Comments above the first key. */
  readonly head: string;
  readonly root: Node;
}

/** A tree without comments for a value that is new in the file. */
export function nodeOf(value: Value): Node {
  if (isList(value)) return { kind: 'seq', flow: false, items: value.map(nodeOf), tail: noTail };
  if (isMap(value)) {
    const entries = [...value].map(([key, child]) => {
      const number = numberKey(value, key);
      return { key, ...(number === undefined ? {} : { number }), gap: noTail, value: nodeOf(child) };
    });
    return { kind: 'map', flow: false, entries, tail: noTail };
  }
  return { kind: 'scalar', value, tail: noTail };
}

export function valueOf(node: Node): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'seq') return node.items.map(valueOf);
  const entries = node.entries.map(({ key, value }) => [key, valueOf(value)] as const);
  const numbers = node.entries.flatMap(({ key, number }) => (number === undefined ? [] : [[key, number] as const]));
  return numbers.length === 0 ? new Map(entries) : new NumberedMap(entries, new Map(numbers));
}

/** The text of a number, date, bool or null. */
export function scalarText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return String(value);
  if (isOther(value)) return value.text;
  if (!isNumber(value)) return '';
  const named: { readonly [text: string]: string } = { inf: '.inf', '-inf': '-.inf', nan: '.nan' };
  return named[value.text] ?? value.text;
}
