/**
 * The author API: all a plugin imports. It reaches only the layers `lib` and `model`, so importing it loads
 * no SDK, no CLI framework and no container.
 */
export { z } from 'zod';
export { canonicalJson, type Json } from './lib/canonical-json.ts';
export { Hasher, sha256, type Digest } from './lib/digest.ts';
export { shownKey } from './lib/shown-key.ts';
export {
  defineDriver,
  StoreTrouble,
  type ByteRange,
  type Bytes,
  type Driver,
  type DriverConfig,
  type DriverDefinition,
  type DriverOption,
  type DriverTarget,
  type Entry,
} from './model/driver.ts';
export { defineFailures, fail, FailureError, failureOf, type Failure, type Failures } from './model/failure.ts';
export { isFileRef, isFolderRef, refUrl, type FileRef, type FolderRef } from './model/file-ref.ts';
export { listFiles, refOf } from './model/list-files.ts';
export { fileRef, folderRef, source, storeUrl } from './model/params.ts';
export { definePlugin, type Plugin } from './model/plugin.ts';
export type { Results, ResultsReader, Row } from './model/result.ts';
export {
  defineStep,
  type FetchedResponse,
  type FetchInit,
  type Output,
  type OutputFolder,
  type Slot,
  type Step,
  type Tools,
} from './model/step.ts';
export type { Store } from './model/store.ts';
export { defineTask, type DatasetAbout, type RunContext, type Task } from './model/task.ts';
