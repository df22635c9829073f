import { type FileRef, listFiles } from '@dataset-runner/core/plugin';

/** The files of a place that are data: what DVC and git keep beside it is not, nor are hidden files. */
export async function dataFiles(store: Parameters<typeof listFiles>[0]): Promise<FileRef[]> {
  return listFiles(store, { keep: ({ key }) => isData(key) });
}

/** Whether a key is none of `.dvc`, `.gitignore`, `dvc.yaml`, `dvc.lock` and no hidden file or folder. */
export function isData(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  return (
    !parts.some((part) => part.startsWith('.')) && !name.endsWith('.dvc') && !['dvc.yaml', 'dvc.lock'].includes(name)
  );
}
