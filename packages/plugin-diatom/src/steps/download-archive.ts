import { defineStep, type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { download } from '@dataset-runner/kit/download';
import { kitFailures } from '@dataset-runner/kit/failures';
import type { Archive } from '../source.ts';
import type { Downloaded } from './unpack-archive.ts';

/** An archive on the web, or one that lies in a store already. */
export interface FoundArchive extends Archive {
  readonly file?: FileRef;
}

export { sha256, kitFailures, download, defineStep };
export type { Downloaded };
