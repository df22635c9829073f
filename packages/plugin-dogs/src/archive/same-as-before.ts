import type { Tools } from '@dataset-runner/core/plugin';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dogsFailures } from '../failures.ts';

/** Written where the server proves no version: nothing of an earlier attempt may be skipped then. */
const unproven = 'of unknown version';

/**
 * Whether what an earlier attempt took out of the archive was taken out of these very bytes.
 *
 * Noted before the first file, so that a killed run leaves proof. Throws `dogs.source-changed` for another version.
 */
export async function sameAsBefore(
  url: string,
  version: string | undefined,
  { scratch }: Pick<Tools, 'scratch'>,
): Promise<boolean> {
  const path = await scratch('version');
  const before = await readFile(path, 'utf8').catch(() => undefined);
  const now = version ?? unproven;
  if (before !== undefined && before !== now) throw dogsFailures['source-changed']({ url, before, now });
  await writeFile(`${path}.new`, now);
  await rename(`${path}.new`, path);
  return version !== undefined && before === now;
}
