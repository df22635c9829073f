import type { RunContext } from '@dataset-runner/core/plugin';
import type { Layout } from '../objects/object-path.ts';
import type { Repo } from '../repo/repo.ts';
import { indexPath } from '../repo/targets.ts';
import { cacheFiles, chunked, type FileChunk } from '../steps/cache-files.ts';
import { remember } from '../steps/remember.ts';
import { type Look, type Walk, walkAt } from '../workspace/look.ts';
import { StatIndex } from '../workspace/stat-index.ts';
import { join } from 'node:path';

/** What lies at a tracked path, with the md5 of every file. */
export interface Here {
  readonly look: Look;
  /** By relpath; that of a single file is its name. */
  readonly md5: ReadonlyMap<string, string>;
}

type Planner = Pick<RunContext<unknown>, 'map' | 'once'>;

/** The steps a task needs for {@link hashesHere}. */
export const hashingSteps = { cacheFiles, remember };

/**
 * Hashes what lies at the paths, reading only files that changed since they were last read; on all cores, in one map.
 *
 * A path where nothing is has no entry in the answer. `walk`: it was walked just now.
 */
export async function hashesHere(
  repo: Repo,
  paths: readonly { readonly path: string; readonly layout: Layout; readonly walk?: Walk }[],
  { map, once }: Planner,
): Promise<Map<string, Here>> {
  const index = new StatIndex(indexPath(repo.root));
  const looks: (Look & { readonly layout: Layout })[] = [];
  try {
    for (const { path, layout, walk = walkAt(repo.root, path, layout) } of paths) {
      if (walk !== undefined) looks.push({ ...walk, ...index.lookUp(walk.indexFolder, walk.found), layout });
    }
  } finally {
    index.close();
  }
  const here = new Map<string, { look: Look; md5: Map<string, string> }>();
  for (const look of looks) {
    here.set(look.path, { look, md5: new Map([...look.known].map(([relpath, { md5 }]) => [relpath, md5])) });
  }
  const chunks = looks.flatMap((look) => chunksOf(repo.root, look));
  if (chunks.length > 0) {
    const hashed = map(cacheFiles, chunks, { name: 'hash' });
    for await (const { path, files } of hashed) {
      for (const [relpath, md5] of files) here.get(path)?.md5.set(relpath, md5);
    }
    await once(remember, { root: repo.root, chunks: hashed });
  }
  return here;
}

function chunksOf(root: string, look: Look & { readonly layout: Layout }): FileChunk[] {
  const { path, folder, indexFolder, walkedMs, unknown } = look;
  return [...chunked(unknown)].map((files, at) => ({
    key: `${path} ${at + 1}`,
    path,
    folder: join(root, folder),
    indexFolder,
    walkedMs,
    ...(look.layout === 'legacy' ? { legacy: true } : {}),
    files: files.map(({ relpath, size }) => ({ relpath, size })),
  }));
}
