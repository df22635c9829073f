import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** Copies one zip into the upload place; done when the other side holds that size and digest, whoever put it there. */
export const uploadZip = defineStep({
  name: 'upload-zip',
  needs: { lane: 'network' },
  retries: 3,
  expects: (zip: UploadedZip) =>
    zip.file.digest === undefined ? [] : [{ key: zip.key, size: zip.file.size, digest: zip.file.digest }],
  async work(zip: UploadedZip, { output }): Promise<FileRef> {
    return output.copy(zip.key, zip.file);
  },
});

interface UploadedZip {
  /** The zip's name. */
  readonly key: string;
  readonly file: FileRef;
}
