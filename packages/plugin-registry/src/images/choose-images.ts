import { type FileRef, listFiles } from '@dataset-runner/core/plugin';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';

/**
 * The files of a place that are data: what DVC and git keep beside it is not, nor are hidden files.
 *
 * Throws `registry.no-images` where there are none: a place with another name would pass every check, and what an
 * earlier run chose from the right one would be removed.
 */
export async function dataFiles(store: Parameters<typeof listFiles>[0]): Promise<FileRef[]> {
  const files = await listFiles(store, { keep: ({ key }) => isData(key) });
  if (files.length === 0) throw pipelineFailures['no-images']({ place: store.place });
  return files;
}

/** Whether a key is none of `.dvc`, `.gitignore`, `dvc.yaml`, `dvc.lock` and no hidden file or folder. */
export function isData(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  return (
    !parts.some((part) => part.startsWith('.')) && !name.endsWith('.dvc') && !['dvc.yaml', 'dvc.lock'].includes(name)
  );
}
