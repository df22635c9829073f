// Import cycles of a graph of files, by Tarjan's strongly connected components.

/** One closed path per knot of files that import each other, first file repeated at the end. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  return components(graph)
    .filter((knot) => knot.length > 1 || graph.get(knot[0] ?? '')?.includes(knot[0] ?? ''))
    .map((knot) => closedPath(graph, new Set(knot)));
}

function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const found: string[][] = [];
  const enter = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.size - 1);
    open.push(file);
    isOpen.add(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) enter(next);
      if (isOpen.has(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const knot = open.splice(open.indexOf(file));
    for (const each of knot) isOpen.delete(each);
    found.push(knot);
  };
  for (const file of graph.keys()) if (!order.has(file)) enter(file);
  return found;
}

/** A shortest way from the first file of a knot back to itself. */
function closedPath(graph: ReadonlyMap<string, readonly string[]>, knot: ReadonlySet<string>): string[] {
  const [start = ''] = [...knot].sort();
  const from = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return [...pathTo(file, from), start];
      if (!knot.has(next) || from.has(next)) continue;
      from.set(next, file);
      queue.push(next);
    }
  }
  return [start, start];
}

function pathTo(file: string, from: ReadonlyMap<string, string>): string[] {
  const before = from.get(file);
  return before === undefined ? [file] : [...pathTo(before, from), file];
}
