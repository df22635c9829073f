import { definePlugin } from '@dataset-runner/core/plugin';
import { dogsFailures } from './failures.ts';
import { austin } from './tasks/austin.ts';
import { all, breeds, individuals } from './tasks/groups.ts';
import { labels } from './tasks/labels.ts';
import { prepare } from './tasks/prepare.ts';
import { stanford } from './tasks/stanford.ts';
import { tsinghua } from './tasks/tsinghua.ts';
import { verify } from './tasks/verify.ts';

/** Dog images by breed and by dog: from their publishers into any store, checked, labelled, prepared. */
export default definePlugin({
  name: 'dogs',
  api: 1,
  tasks: { stanford, tsinghua, austin, breeds, individuals, all, labels, verify, prepare },
  failures: dogsFailures,
});
