import { defineTask } from '@dataset-runner/core/plugin';
import { readParams } from '../pipeline/read-values.ts';
import { openRepo } from '../repo/repo.ts';
import { showValues, valueOutputs, valueParams } from './values.ts';

/** Shows parameters, or how they differ between two revisions. */
export const params = defineTask({
  summary: 'Show the parameters of pipelines, or compare them between revisions',
  examples: ['runner run registry:params', 'runner run registry:params diff main'],
  params: valueParams,
  outputs: valueOutputs,
  steps: {},
  async run({ params: given }) {
    const repo = openRepo(process.cwd());
    return showValues(repo, given, (view) => readParams(repo, view));
  },
  render: ({ text }) => text,
});
