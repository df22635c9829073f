import { defineStep, FailureError, type FileRef } from '@dataset-runner/core/plugin';
import { type FeedbackFile, readFeedback, type ReadFeedbackOptions } from '../feedback/read-feedback.ts';

export interface FeedbackToRead {
  readonly key: string;
  readonly files: readonly FileRef[];
  readonly options: ReadFeedbackOptions;
  /** Whether a file that is no feedback fails the run. */
  readonly onInvalid: 'warn' | 'error';
}

export interface FeedbackRead {
  /** What was read, as JSON. */
  readonly feedback: FileRef;
  readonly invalid: readonly string[];
}

/** Reads the feedback files of one shard; half a file, or one of another kind, is counted. */
export const readFeedbackShard = defineStep({
  name: 'read-feedback',
  // 2: a strange verdict, or an image that no label can be called after, is no feedback.
  version: 2,
  async work(item: FeedbackToRead, { bytes, output, log }): Promise<FeedbackRead> {
    const found: FeedbackFile[] = [];
    const invalid: string[] = [];
    for (const file of item.files) {
      try {
        found.push(readFeedback(await bytes(file), file.key, item.options));
      } catch (error) {
        const isInvalid = error instanceof FailureError && error.failure.code === 'yolo.feedback-invalid';
        if (!isInvalid || item.onInvalid === 'error') throw error;
        invalid.push(error.message);
        log(`left out: ${error.message}`);
      }
    }
    return { feedback: await output.write(`${item.key}.json`, JSON.stringify(found)), invalid };
  },
});
