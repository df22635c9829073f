import { definePlugin } from '@dataset-runner/core/plugin';
import { yoloFailures } from './failures.ts';
import { collect } from './tasks/collect.ts';
import { convert } from './tasks/convert.ts';
import { evaluate } from './tasks/eval.ts';
import { fetch } from './tasks/fetch.ts';
import { predict } from './tasks/predict.ts';
import { report } from './tasks/report.ts';
import { simulate } from './tasks/simulate.ts';
import { split } from './tasks/split.ts';
import { upload } from './tasks/upload.ts';
import { validate } from './tasks/validate.ts';

/** Detection sets in YOLO's form: from the findings of several radiologists to labels, splits, checks and uploads. */
export default definePlugin({
  name: 'yolo',
  api: 1,
  tasks: { fetch, convert, split, validate, upload, simulate, predict, eval: evaluate, collect, report },
  failures: yoloFailures,
});
