import { posix } from 'node:path';
import type { DataYaml } from '../validate/data-yaml.ts';
import { cleanPath, placesIn } from '../validate/layout.ts';
import { textOf } from './split-places.ts';

/**
 * The lists of images that `data.yaml` names, by the name it gives them: one key for each line, '' for an empty one.
 *
 * As Ultralytics reads them: a path that begins with `./` starts at its list. Others start at the set here.
 */
export async function imageLists(
  set: Parameters<typeof textOf>[0],
  data: DataYaml,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = new Map<string, readonly string[]>();
  for (const place of Object.values(data.splits).flat()) {
    if (!place.endsWith('.txt')) continue;
    for (const path of placesIn(place, data)) {
      const text = await textOf(set, path);
      if (text === '') continue;
      const folder = posix.dirname(path);
      const key = (line: string): string =>
        cleanPath(line.startsWith('./') ? posix.join(folder, line) : posix.normalize(line));
      lists.set(
        place,
        text.split(/\r?\n/).map((line) => (line === '' ? '' : key(line))),
      );
      break;
    }
  }
  return lists;
}
