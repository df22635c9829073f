import { definePlugin } from '@dataset-runner/core/plugin';
import { diatomFailures } from './failures.ts';
import { build } from './tasks/build.ts';
import { train } from './tasks/train.ts';

export default definePlugin({
  name: 'diatom',
  api: 1,
  tasks: { build, train },
  failures: diatomFailures,
});
