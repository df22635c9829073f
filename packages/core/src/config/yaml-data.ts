import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import type { Json } from '../lib/canonical-json.ts';
import type { Problem } from '../model/failure.ts';
import { pathText, type Path } from './path-text.ts';
import type { Place } from './project.ts';

/** A YAML (or JSON) text as plain data that remembers where each part stood. */
export interface YamlData {
  /** Null for an empty text. */
  readonly value: Json;
  /** What kept parts of the text from being read; `value` holds the rest. */
  readonly problems: readonly Problem[];
  /** The spot of the value at a path, or of the nearest value around it. */
  placeOf(path: Path): Place;
  /** The spot of the key that a path ends in; that of the value where there is no such key. */
  placeOfKey(path: Path): Place;
}

// More nodes than any config has by hand; aliases of aliases reach it in one kilobyte of text.
const maxNodes = 200_000;

/** Reads a YAML text; `file` is how problems name it. Never throws for what the text says. */
export function readYaml(text: string, file: string): YamlData {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const reader = new Reader(document, lines, file);
  // Read even when the syntax is broken: what could be read gives the place of what could not.
  const value = reader.read(document.contents, []);
  // Behind a token that fits nowhere the parser stumbles over every further one: one mistake, a hundred errors.
  const lost = document.errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  const errors = lost < 0 ? document.errors : document.errors.slice(0, lost + 1);
  const syntax = errors.map((error) => syntaxProblem(error, text, reader));
  return {
    value,
    problems: lost < 0 ? [...syntax, ...reader.problems] : syntax,
    placeOf: (path) => reader.find(path, reader.values),
    placeOfKey: (path) => reader.keys.get(pathText(path)) ?? reader.find(path, reader.values),
  };
}

// The parser's own message may quote the text, secrets included; its first line never does for these.
function syntaxProblem(error: YAMLError, text: string, reader: Reader): Problem {
  const messages: { readonly [code: string]: string } = {
    DUPLICATE_KEY: 'this key is there twice',
    TAB_AS_INDENT: 'YAML is indented with spaces, not tabs',
    MULTIPLE_DOCS: 'only one YAML document is expected (found another after ---)',
  };
  const [firstLine = ''] = error.message.split('\n');
  const [offset] = error.pos;
  // Between braces a reference without quotes is read as the beginning of a map.
  const isReference = text.slice(offset - 1, offset + 2) === '${{';
  const message = isReference ? 'a text with ${{ }} needs quotes around it here' : messages[error.code];
  return { path: '', message: message ?? firstLine, ...reader.placeAt(offset) };
}

/** Walks the parsed nodes once, turning them into data and noting each one's place by its path. */
class Reader {
  readonly problems: Problem[] = [];
  readonly values = new Map<string, Place>();
  readonly keys = new Map<string, Place>();
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;
  // Nodes being read, to refuse an alias that leads back into one of them.
  readonly #open = new Set<unknown>();
  #nodes = 0;

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
  }

  /** `offset` in UTF-16 units from the start of the text. */
  placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  // A path into a value that is not there is answered by what should have held it.
  find(path: Path, places: ReadonlyMap<string, Place>): Place {
    for (let length = path.length; length >= 0; length--) {
      const place = places.get(pathText(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return this.placeAt(0);
  }

  read(node: unknown, path: Path): Json {
    if (++this.#nodes > maxNodes) return this.#refuse(path, 'there is too much data behind the aliases here');
    const range = (node as Node | null)?.range;
    if (range) this.values.set(pathText(path), this.placeAt(range[0]));
    if (isAlias(node)) return this.#readAlias(node.resolve(this.#document), path);
    if (isScalar(node)) return this.#readScalar(node.value, path);
    this.#open.add(node);
    const value = this.#readCollection(node, path);
    this.#open.delete(node);
    return value;
  }

  #readCollection(node: unknown, path: Path): Json {
    if (isMap(node)) return this.#readMap(node.items, path);
    return isSeq(node) ? node.items.map((item, i) => this.read(item, [...path, i])) : null;
  }

  #readAlias(target: unknown, path: Path): Json {
    if (target === undefined) return this.#refuse(path, 'there is no such anchor');
    if (this.#open.has(target)) return this.#refuse(path, 'this alias leads to itself');
    // What an alias brings is placed where the alias stands: that is the line to change.
    const place = this.values.get(pathText(path));
    const value = this.read(target, path);
    if (place !== undefined) this.values.set(pathText(path), place);
    return value;
  }

  #readMap(items: readonly { key: unknown; value: unknown }[], path: Path): Json {
    const record: Record<string, Json> = {};
    for (const { key, value } of items) {
      const name = isScalar(key) ? key.value : undefined;
      const range = (key as Node | null)?.range;
      const at = [...path, String(name)];
      if (range) this.keys.set(pathText(at), this.placeAt(range[0]));
      if (typeof name !== 'string' && typeof name !== 'number') {
        this.#refuse(at, 'keys must be plain names', this.keys);
      } else if (name === '__proto__') {
        this.#refuse(at, 'this name is reserved', this.keys);
      } else {
        // A key written as a number (`2026:`) is still a name.
        record[String(name)] = this.read(value, at);
      }
    }
    return record;
  }

  #readScalar(value: unknown, path: Path): Json {
    if (value === null || value === undefined) return null;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    // `.inf`, `.nan` and big integers would be changed on their way through JSON.
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.#refuse(path, 'JSON has no such value');
  }

  #refuse(path: Path, message: string, places = this.values): null {
    this.problems.push({ path: pathText(path), message, ...this.find(path, places) });
    return null;
  }
}
