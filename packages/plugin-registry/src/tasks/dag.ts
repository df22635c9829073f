import { defineTask, z } from '@dataset-runner/core/plugin';
import { stagesNamed } from '../pipeline/choose-stages.ts';
import { drawGraph } from '../pipeline/draw-graph.ts';
import { readStages } from '../pipeline/read-stages.ts';
import { graphOf, reachable } from '../pipeline/stage-graph.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';

/** Shows which stage waits for which, as `dvc dag` does. */
export const dag = defineTask({
  summary: 'Draw the graph of stages: as a tree, Mermaid or Graphviz',
  examples: ['runner run registry:dag', 'runner run registry:dag train --format mermaid'],
  params: z.object({
    target: z.string().optional().describe('Only this stage and what it waits for').meta({ positional: true }),
    format: z.enum(['tree', 'mermaid', 'dot']).default('tree').describe('How it is drawn'),
  }),
  outputs: z.object({
    stages: z.array(z.object({ stage: z.string(), waitsFor: z.array(z.string()).readonly() })),
    drawing: z.string(),
  }),
  steps: {},
  async run({ params: { target, format } }) {
    const repo = openRepo(process.cwd());
    const graph = graphOf(readStages(repo));
    const named =
      target === undefined
        ? graph.ordered
        : stagesNamed(graph.ordered, target, { folder: repoPath(repo, '.'), path: repoPath(repo, target) });
    const chosen = reachable(
      graph,
      named.map(({ address }) => address),
      { direction: 'up' },
    );
    const stages = graph.ordered.filter(({ address }) => chosen.has(address));
    return {
      stages: stages.map(({ address }) => ({ stage: address, waitsFor: graph.waitsFor.get(address) ?? [] })),
      drawing: drawGraph(graph, chosen, format),
    };
  },
  render: ({ drawing }) => (drawing === '' ? 'there are no stages' : drawing),
});
