import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { packTar } from '@dataset-runner/kit/pack';

/** Packs files of a place into one .tgz, in the order of their keys. */
export const packArchive = defineStep({
  name: 'pack-archive',
  needs: { cpu: true },
  async work(
    { key, files }: { readonly key: string; readonly files: readonly FileRef[] },
    { read, output },
  ): Promise<FileRef> {
    const entries = files.map((file) => ({ key: file.key, size: file.size, bytes: () => read(file) }));
    return output.write(key, packTar(entries, { gzipLevel: 6 }));
  },
});
