import { definePlugin } from '@dataset-runner/core/plugin';
import { dogsFailures } from './failures.ts';
import { stanford } from './tasks/stanford.ts';
import { tsinghua } from './tasks/tsinghua.ts';

/** Dog images by breed and by dog: from their publishers into any store, checked, labelled, prepared. */
export default definePlugin({
  name: 'dogs',
  api: 1,
  tasks: { stanford, tsinghua },
  failures: dogsFailures,
});
