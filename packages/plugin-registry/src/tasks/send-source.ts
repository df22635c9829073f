import type { RunContext } from '@dataset-runner/core/plugin';
import type { Hashed } from '../formats/stage-file.ts';
import { treeOf } from '../formats/tree.ts';
import { objectKey } from '../objects/object-path.ts';
import { farObjects } from '../remotes/far-objects.ts';
import { remotePlace } from '../remotes/remote-target.ts';
import type { UrlSource } from '../remotes/url-source.ts';
import type { Repo } from '../repo/repo.ts';
import { chunked } from '../steps/cache-files.ts';
import { hashFiles, sendFile, sendTree } from '../steps/send-object.ts';
import { filesAt } from './bring-url.ts';

/** The steps a task needs for {@link sendSource}. */
export const sendingSteps = { hashFiles, sendFile, sendTree };

/** Sends what lies at a path or URL straight into a remote, past the cache and the workspace; returns what it is. */
export async function sendSource(
  repo: Repo,
  source: UrlSource,
  context: Pick<RunContext<unknown>, 'map' | 'once' | 'store'>,
  { remote }: { readonly remote?: string | undefined },
): Promise<Hashed> {
  const { map, once } = context;
  const into = remotePlace(repo, remote);
  // 1. What it is.
  const { isFolder, refs, names } = await filesAt(source, context);
  const chunks = [...chunked(refs, 100)].map((files, at) => ({ key: `${files[0]?.key} ${at + 1}`, files }));
  const md5 = (await map(hashFiles, chunks).toArray()).flat();
  const tree = treeOf(names.map((relpath, at) => ({ relpath, md5: md5[at] ?? '' })));
  // 2. What the remote lacks of it, each object once.
  const files = new Map(refs.map((file, at) => [objectKey(md5[at] ?? ''), { file, md5: md5[at] ?? '' }]));
  const far = await farObjects(into, [...files.keys(), ...(isFolder ? [objectKey(tree.oid)] : [])], context);
  const lacking = [...files].filter(([key]) => !far.has(key)).map(([key, each]) => ({ key, ...each }));
  if (lacking.length > 0) await map(sendFile, lacking, { into }).toArray();
  // 3. The .dir last: whoever sees it may believe that its files are there.
  const size = refs.reduce((sum, each) => sum + each.size, 0);
  if (!isFolder) return { md5: md5[0] ?? '', size, hash: 'md5' };
  const key = objectKey(tree.oid);
  if (!far.has(key)) await once(sendTree, { key, bytes: tree.bytes }, { into, key });
  return { md5: tree.oid, size, nfiles: refs.length, hash: 'md5' };
}
