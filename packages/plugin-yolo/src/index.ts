import { definePlugin } from '@dataset-runner/core/plugin';
import { yoloFailures } from './failures.ts';

/** Detection sets in YOLO's form: from the findings of several radiologists to labels, splits, checks and uploads. */
export default definePlugin({
  name: 'yolo',
  api: 1,
  tasks: {
    fetch: async () => (await import('./tasks/fetch.ts')).fetch,
    convert: async () => (await import('./tasks/convert.ts')).convert,
    split: async () => (await import('./tasks/split.ts')).split,
    validate: async () => (await import('./tasks/validate.ts')).validate,
    upload: async () => (await import('./tasks/upload.ts')).upload,
    simulate: async () => (await import('./tasks/simulate.ts')).simulate,
    predict: async () => (await import('./tasks/predict.ts')).predict,
    eval: async () => (await import('./tasks/eval.ts')).evaluate,
    collect: async () => (await import('./tasks/collect.ts')).collect,
    report: async () => (await import('./tasks/report.ts')).report,
  },
  failures: yoloFailures,
});
