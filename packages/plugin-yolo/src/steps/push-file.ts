import { type Digest, defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';

/** A file of a set, with the digest of its bytes. */
export interface PushedFile {
  readonly key: string;
  readonly file: FileRef & { readonly digest: Digest };
}

function expected({ key, file }: PushedFile) {
  return [{ key, size: file.size, digest: file.digest }];
}

async function push({ key, file }: PushedFile, { output }: Pick<Tools, 'output'>): Promise<FileRef> {
  return output.copy(key, file);
}

/** Uploads an image, a label, anything that other files of the set speak of; what lies there with the same bytes is left. */
export const pushFile = defineStep({ name: 'push-file', needs: { lane: 'network' }, expects: expected, work: push });

/** Uploads what describes the set, after all it speaks of. */
export const pushAbout = defineStep({ name: 'push-about', needs: { lane: 'network' }, expects: expected, work: push });

/** Uploads the manifest, after everything else: whoever reads it finds all it names. */
export const pushManifest = defineStep({
  name: 'push-manifest',
  needs: { lane: 'network' },
  expects: expected,
  work: push,
});
