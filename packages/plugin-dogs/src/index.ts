import { definePlugin } from '@dataset-runner/core/plugin';
import { dogsFailures } from './failures.ts';

/** Dog images by breed and by dog: from their publishers into any store, checked, labelled, prepared. */
export default definePlugin({
  name: 'dogs',
  api: 1,
  tasks: {
    stanford: async () => (await import('./tasks/stanford.ts')).stanford,
    tsinghua: async () => (await import('./tasks/tsinghua.ts')).tsinghua,
    austin: async () => (await import('./tasks/austin.ts')).austin,
    breeds: async () => (await import('./tasks/groups.ts')).breeds,
    individuals: async () => (await import('./tasks/groups.ts')).individuals,
    all: async () => (await import('./tasks/groups.ts')).all,
    labels: async () => (await import('./tasks/labels.ts')).labels,
    verify: async () => (await import('./tasks/verify.ts')).verify,
    prepare: async () => (await import('./tasks/prepare.ts')).prepare,
  },
  failures: dogsFailures,
});
