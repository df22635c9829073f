import type { Value } from './value.ts';
import { type Node, nodeOf, type ScalarNode, scalarText, type Tail, type YamlFile } from './yaml-node.ts';
import { isSimpleKey, writeString } from './yaml-scalar.ts';

/** A value as a new DVC file: two spaces for maps, lists not indented, 80 columns, a line feed at the end. */
export function dumpYaml(value: Value): string {
  return writeYaml({ head: '', root: nodeOf(value) });
}

/** The tree as text, comments where they were. */
export function writeYaml({ head, root }: YamlFile): string {
  const out = new Writer();
  out.raw(head);
  if (root.kind !== 'scalar' && !isFlow(root)) out.block(root, 0);
  else out.leaf(root, 2);
  return out.text;
}

function isFlow(node: Node): boolean {
  if (node.kind === 'map') return node.flow || node.entries.length === 0;
  return node.kind === 'seq' && (node.flow || node.items.length === 0);
}

class Writer {
  text = '';
  #lineStart = 0;

  raw(text: string): void {
    this.text += text;
    if (text.includes('\n')) this.#lineStart = this.text.lastIndexOf('\n') + 1;
  }

  get #column(): number {
    return Array.from(this.text.slice(this.#lineStart)).length;
  }

  // A block collection; its first line starts where the writer stands, the others at `indent`.
  block(node: Node, indent: number): void {
    if (node.kind === 'map') {
      for (const [at, { key, number, gap, value }] of node.entries.entries()) {
        if (at > 0) this.raw(' '.repeat(indent));
        if (number === undefined) this.#key(key, indent);
        else this.raw(`${scalarText(number)}:`);
        this.#value(value, gap, indent);
      }
    } else if (node.kind === 'seq') {
      for (const [at, item] of node.items.entries()) {
        if (at > 0) this.raw(' '.repeat(indent));
        this.raw('- ');
        if (item.kind === 'scalar' || isFlow(item)) this.leaf(item, indent + 2);
        else this.block(item, indent + 2);
      }
    }
  }

  #key(key: string, indent: number): void {
    const simple = isSimpleKey(key);
    if (!simple) this.raw('? ');
    const column = this.#column;
    this.raw(writeString(key, { column, indent: indent + 2, fold: !simple, flow: false }));
    this.raw(simple ? ':' : `\n${' '.repeat(indent)}:`);
  }

  #value(value: Node, gap: Tail, indent: number): void {
    if (value.kind === 'scalar' || isFlow(value)) {
      if (value.kind !== 'scalar' || value.value !== null || value.source !== undefined) this.raw(' ');
      this.leaf(value, indent + 2);
      return;
    }
    this.#tail(gap);
    // Lists are not indented under their key; maps are.
    const inner = value.kind === 'seq' ? indent : indent + 2;
    this.raw(' '.repeat(inner));
    this.block(value, inner);
  }

  leaf(node: Node, indent: number): void {
    if (node.kind === 'scalar') this.raw(this.#scalar(node, indent));
    else this.raw(flowText(node, { column: this.#column, indent }));
    if (!this.text.endsWith('\n') || node.kind !== 'scalar' || !isBlockScalar(node)) this.#tail(node.tail);
    else this.raw(node.tail.lines);
  }

  #scalar(node: ScalarNode, indent: number): string {
    if (node.source !== undefined) return isBlockScalar(node) ? reindented(node.source, indent) : node.source;
    if (typeof node.value !== 'string') return scalarText(node.value);
    return writeString(node.value, { column: this.#column, indent, fold: true, flow: false });
  }

  #tail(tail: Tail): void {
    if (tail.comment !== undefined) {
      this.raw(' '.repeat(Math.max(1, (tail.column ?? 0) - this.#column)) + tail.comment);
    }
    this.raw(`\n${tail.lines}`);
  }
}

function isBlockScalar({ source }: ScalarNode): boolean {
  return source !== undefined && /^[|>]/.test(source);
}

// A literal or folded text keeps its lines and moves with its key.
function reindented(source: string, indent: number): string {
  const [header = '', ...lines] = source.split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  const had = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  const moved = lines.map((line) => (line.trim() === '' ? '' : ' '.repeat(indent) + line.slice(had)));
  const text = [header, ...moved].join('\n');
  return text.endsWith('\n') ? text : `${text}\n`;
}

function flowText(node: Node, spot: { readonly column: number; readonly indent: number }): string {
  if (node.kind === 'seq') return `[${node.items.map((item) => flowText(item, spot)).join(', ')}]`;
  if (node.kind === 'map') {
    const pairs = node.entries.map(({ key, number, value }) => {
      const text = number === undefined ? writeString(key, { ...spot, fold: false, flow: true }) : scalarText(number);
      const isNull = value.kind === 'scalar' && value.value === null && value.source === undefined;
      return isNull ? `${text}:` : `${text}: ${flowText(value, spot)}`;
    });
    return `{${pairs.join(', ')}}`;
  }
  if (node.source !== undefined) return node.source;
  return typeof node.value === 'string'
    ? writeString(node.value, { ...spot, fold: false, flow: true })
    : scalarText(node.value) || 'null';
}
