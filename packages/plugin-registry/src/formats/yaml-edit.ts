import { isList, isMap, sameValue, type Value } from './value.ts';
import { type Node, nodeOf, noTail, type Tail, valueOf } from './yaml-node.ts';
import { readYaml } from './yaml-read.ts';
import { dumpYaml, writeYaml } from './yaml-write.ts';

/**
 * The file with a new value, changed only where the value differs: comments and the order of keys stay, new keys
 * go to the end of their map, a list of another length is written anew. Untouched, the text comes back as it was.
 */
export function editYaml(text: string | undefined, value: Value): string {
  if (text === undefined || text.trim() === '') return dumpYaml(value);
  const file = readYaml(text);
  if (sameValue(valueOf(file.root), value)) return text;
  return writeYaml({ head: file.head, root: edited(file.root, value) });
}

function edited(node: Node, value: Value): Node {
  if (node.kind === 'map' && isMap(value)) {
    const entries = node.entries.flatMap((entry) => {
      const wanted = value.get(entry.key);
      return wanted === undefined && !value.has(entry.key)
        ? []
        : [{ ...entry, value: edited(entry.value, wanted ?? null) }];
    });
    const known = new Set(entries.map(({ key }) => key));
    for (const [key, child] of value) if (!known.has(key)) entries.push({ key, gap: noTail, value: nodeOf(child) });
    return { ...node, entries };
  }
  if (node.kind === 'seq' && isList(value) && node.items.length === value.length) {
    return { ...node, items: node.items.map((item, at) => edited(item, value[at] ?? null)) };
  }
  const found = valueOf(node);
  if (sameValue(found, value) && typeof found === typeof value) return node;
  // DVC drops the comments of a list it writes anew; a remark below it is kept here, on what is now the last value.
  return withTail(nodeOf(value), lastTail(node));
}

function lastTail(node: Node): Tail {
  if (node.kind === 'scalar' || node.flow) return node.tail;
  const last = node.kind === 'map' ? node.entries.at(-1)?.value : node.items.at(-1);
  return last === undefined ? node.tail : lastTail(last);
}

function withTail(node: Node, tail: Tail): Node {
  if (node.kind === 'map' && node.entries.length > 0) {
    const last = node.entries.at(-1);
    const entries =
      last === undefined ? [] : [...node.entries.slice(0, -1), { ...last, value: withTail(last.value, tail) }];
    return { ...node, entries };
  }
  if (node.kind === 'seq' && node.items.length > 0) {
    const last = node.items.at(-1);
    return { ...node, items: last === undefined ? [] : [...node.items.slice(0, -1), withTail(last, tail)] };
  }
  return { ...node, tail };
}
