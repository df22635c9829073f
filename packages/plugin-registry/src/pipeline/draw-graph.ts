import { shownKey } from '@dataset-runner/core/plugin';
import type { StageGraph } from './stage-graph.ts';

/** How a graph of stages is written down. */
export type GraphFormat = 'tree' | 'mermaid' | 'dot';

/** The stages and what they wait for, as an indented tree from the last stages back, as Mermaid or as Graphviz. */
export function drawGraph(graph: StageGraph, chosen: ReadonlySet<string>, format: GraphFormat): string {
  const stages = graph.ordered.map(({ address }) => address).filter((address) => chosen.has(address));
  const before = (address: string): string[] => (graph.waitsFor.get(address) ?? []).filter((each) => chosen.has(each));
  if (format === 'tree') return drawTree(stages, before);
  const number = new Map(stages.map((address, at) => [address, at + 1]));
  const edges = stages.flatMap((address) => before(address).map((from) => [from, address] as const));
  if (format === 'dot') {
    const lines = [...stages.map(quoted), ...edges.map(([from, to]) => `${quoted(from)} -> ${quoted(to)}`)];
    return ['strict digraph {', ...lines.map((line) => `  ${line};`), '}'].join('\n');
  }
  const nodes = stages.map(
    (address) => `  node${number.get(address)}["${shownKey(address).replaceAll('"', '#quot;')}"]`,
  );
  const arrows = edges.map(([from, to]) => `  node${number.get(from)}-->node${number.get(to)}`);
  return ['flowchart TD', ...nodes, ...arrows].join('\n');
}

function drawTree(stages: readonly string[], before: (address: string) => string[]): string {
  const waited = new Set(stages.flatMap(before));
  const shown = new Set<string>();
  const lines: string[] = [];
  const visit = (address: string, indent: string, hang: string): void => {
    // A stage that several wait for is drawn in full once.
    const again = shown.has(address) && before(address).length > 0;
    lines.push(`${indent}${shownKey(address)}${again ? ' (above)' : ''}`);
    if (again) return;
    shown.add(address);
    const parents = before(address);
    for (const [at, parent] of parents.entries()) {
      const isLast = at === parents.length - 1;
      visit(parent, `${hang}${isLast ? '└─ ' : '├─ '}`, `${hang}${isLast ? '   ' : '│  '}`);
    }
  };
  for (const address of stages) if (!waited.has(address)) visit(address, '', '');
  return lines.join('\n');
}

function quoted(text: string): string {
  return `"${shownKey(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
