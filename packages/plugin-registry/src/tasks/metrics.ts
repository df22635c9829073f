import { defineTask } from '@dataset-runner/core/plugin';
import { readMetrics } from '../pipeline/read-values.ts';
import { openRepo } from '../repo/repo.ts';
import { showValues, valueOutputs, valueParams } from './values.ts';

/** Shows metrics, or how they differ between two revisions. */
export const metrics = defineTask({
  summary: 'Show the metrics of pipelines, or compare them between revisions',
  examples: ['runner run registry:metrics', 'runner run registry:metrics diff main'],
  params: valueParams,
  outputs: valueOutputs,
  steps: {},
  async run({ params: given }) {
    const repo = openRepo(process.cwd());
    return showValues(repo, given, (view, how) => readMetrics(repo, view, how));
  },
  render: ({ text }) => text,
});
