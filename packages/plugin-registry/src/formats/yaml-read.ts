import { isAlias, isMap as isYamlMap, isPair, isScalar, isSeq as isYamlSeq, LineCounter, parseDocument } from 'yaml';
import { isMap, isNumber } from './value.ts';
import { type MapEntry, type Node, nodeOf, noTail, type Tail, valueOf, type YamlFile } from './yaml-node.ts';
import { resolvePlain } from './yaml-resolve.ts';

/** Broken YAML, with the place of the first fault. */
export class YamlFault extends Error {
  readonly line: number;
  readonly column: number;
  constructor(message: string, place: { readonly line: number; readonly column: number }) {
    super(message);
    this.name = 'YamlFault';
    this.line = place.line;
    this.column = place.column;
  }
}

/** Reads one YAML document with its comments. An empty file is an empty map. Throws a {@link YamlFault}. */
export function readYaml(text: string): YamlFile {
  const counter = new LineCounter();
  // failsafe: every scalar stays text, so that we decide what it means as DVC's loader would.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: counter, uniqueKeys: true });
  const fault = document.errors[0];
  if (fault) {
    const { line, col } = counter.linePos(fault.pos[0]);
    throw new YamlFault(fault.message.split(' at line')[0] ?? fault.message, { line, column: col });
  }
  if (document.contents === null) return { head: text, root: nodeOf(new Map()) };
  const reader = new Reader(text);
  reader.mark(document.contents);
  const head = text.slice(0, text.lastIndexOf('\n', Math.max(0, (reader.starts[0] ?? 0) - 1)) + 1);
  return { head: reader.starts[0] === 0 ? '' : head, root: reader.node(document.contents) };
}

class Reader {
  /** Where each key and each leaf begins, in document order. */
  readonly starts: number[] = [];
  readonly #text: string;
  readonly #anchors = new Map<string, Node>();
  constructor(text: string) {
    this.#text = text;
  }

  /** Notes the beginnings first, because what follows a leaf ends where the next thing begins. */
  mark(node: unknown): void {
    if (isYamlMap(node) && !node.flow) for (const pair of node.items) this.#markPair(pair);
    else if (isYamlSeq(node) && !node.flow) for (const item of node.items) this.mark(item);
    else this.starts.push(rangeOf(node)[0]);
  }

  #markPair(pair: unknown): void {
    if (!isPair(pair)) return;
    this.starts.push(rangeOf(pair.key)[0]);
    this.mark(pair.value);
  }

  node(node: unknown): Node {
    const made = this.#made(node);
    const anchor = typeof node === 'object' && node !== null && 'anchor' in node ? node.anchor : undefined;
    if (typeof anchor === 'string') this.#anchors.set(anchor, made);
    return made;
  }

  #made(node: unknown): Node {
    if (isAlias(node)) {
      const value = valueOf(this.#anchors.get(node.source) ?? nodeOf(null));
      return { ...nodeOf(value), tail: this.#tail(rangeOf(node)[1]) };
    }
    if (isYamlMap(node)) return this.#map(node);
    if (isYamlSeq(node)) {
      const flow = node.flow === true;
      const items = node.items.map((item) => this.node(item));
      return { kind: 'seq', flow, items, tail: flow ? this.#tail(rangeOf(node)[1]) : noTail };
    }
    if (!isScalar(node)) return nodeOf(null);
    const [start, end] = rangeOf(node);
    const plain = node.type === 'PLAIN';
    const value = plain ? resolvePlain(String(node.source ?? '')) : String(node.value);
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const source =
      block || (plain && typeof value === 'object' && value !== null) ? this.#text.slice(start, end) : undefined;
    return { kind: 'scalar', value, tail: this.#tail(end), ...(source === undefined ? {} : { source }) };
  }

  #map(node: {
    readonly items: readonly unknown[];
    readonly flow?: boolean | undefined;
    readonly range?: unknown;
  }): Node {
    const entries: MapEntry[] = [];
    const merged = new Map<string, Node>();
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const written = isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : '';
      const meant = isScalar(pair.key) && pair.key.type === 'PLAIN' ? resolvePlain(written) : null;
      const number = isNumber(meant) ? meant : undefined;
      const key = number?.text ?? written;
      const value = this.node(pair.value);
      if (key === '<<') {
        const base = valueOf(value);
        if (isMap(base)) for (const [name, child] of base) merged.set(name, nodeOf(child));
        continue;
      }
      const colon = this.#text.indexOf(':', rangeOf(pair.key)[1]);
      entries.push({ key, ...(number === undefined ? {} : { number }), gap: this.#tail(colon + 1), value });
    }
    const own = new Set(entries.map(({ key }) => key));
    for (const [key, value] of merged) if (!own.has(key)) entries.unshift({ key, gap: noTail, value });
    const flow = node.flow === true;
    return { kind: 'map', flow, entries, tail: flow ? this.#tail(rangeOf(node)[1]) : noTail };
  }

  // What stands between the end of one thing and the beginning of the next: a comment beside it, lines below it.
  #tail(end: number): Tail {
    const next = this.starts.find((start) => start >= end) ?? this.#text.length;
    const [beside = '', ...below] = this.#text.slice(end, next).split('\n');
    if (next < this.#text.length || below.at(-1) === '') below.pop();
    const lines = below
      .filter((line) => /^\s*(?:#.*)?$/.test(line))
      .map((line) => `${line}\n`)
      .join('');
    if (!beside.trim().startsWith('#')) return { lines };
    const column = end + beside.indexOf('#') - (this.#text.lastIndexOf('\n', end - 1) + 1);
    return { comment: beside.trim(), column, lines };
  }
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? [Number(range[0]), Number(range[1])] : [0, 0];
}
