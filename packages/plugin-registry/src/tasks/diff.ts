import { basename, dirname, join, resolve } from 'node:path';
import { defineTask, type RunContext, shownKey, z } from '@dataset-runner/core/plugin';
import { type NeededOut, neededOuts, outsOf, treeEntries } from '../objects/needed.ts';
import { isTreeOid, objectKey } from '../objects/object-path.ts';
import { treeOf } from '../formats/tree.ts';
import { commitOf, History } from '../repo/at-revision.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { outPathThen } from '../repo/tracked.ts';
import { drawDiff } from '../steps/draw-diff.ts';
import { hashesHere, hashingSteps } from './hashes-here.ts';

const entry = z.object({ path: z.string(), hash: z.string() });

/** Compares tracked data of two commits, or of a commit and the workspace, as `dvc diff` does. */
export const diff = defineTask({
  summary: 'List what was added, changed, renamed and deleted since a commit, or between two',
  examples: [
    'runner run registry:diff',
    'runner run registry:diff v1.0 v1.1 --json',
    'runner run registry:diff main --html diff.html',
  ],
  params: z.object({
    from: z.string().default('HEAD').describe('A commit').meta({ positional: true }),
    to: z.string().optional().describe('Another; default: the workspace').meta({ positional: true }),
    html: z.string().optional().describe('Also draw a page with thumbnails, at this path'),
  }),
  outputs: z.object({
    added: z.array(entry),
    deleted: z.array(entry),
    modified: z.array(z.object({ path: z.string(), hash: z.object({ old: z.string(), new: z.string() }) })),
    renamed: z.array(z.object({ path: z.object({ old: z.string(), new: z.string() }), hash: z.string() })),
    'not in cache': z.array(entry),
  }),
  steps: { ...hashingSteps, drawDiff },
  async run(context) {
    const { params } = context;
    const repo = openRepo(process.cwd());
    const history = new History(repo);
    const lacking = new Map<string, string>();
    const at = (revision: string) => hashesOf(repo, outsOf(history.at(commitOf(repo, revision)), outPathThen), lacking);
    const old = at(params.from);
    const now = params.to === undefined ? await hashesInWorkspace(repo, context) : at(params.to);
    // Of a folder whose files on one side nobody can tell, none came or went: it changed.
    for (const folder of lacking.keys()) {
      if (!old.has(folder) || !now.has(folder)) continue;
      for (const side of [old, now])
        for (const path of side.keys()) if (path !== folder && path.startsWith(folder)) side.delete(path);
    }
    const differences = compared(old, now);
    if (params.html !== undefined) await drawPage(repo, differences, context, params.html);
    return { ...differences, 'not in cache': [...lacking].map(([path, hash]) => ({ path, hash })) };
  },
  render({ added, deleted, modified, renamed, 'not in cache': lacking }) {
    const lines = [
      ...added.map(({ path }) => `added     ${shownKey(path)}`),
      ...deleted.map(({ path }) => `deleted   ${shownKey(path)}`),
      ...modified.map(({ path }) => `modified  ${shownKey(path)}`),
      ...renamed.map(({ path }) => `renamed   ${shownKey(path.old)} -> ${shownKey(path.new)}`),
      ...lacking.map(({ path, hash }) => `not in cache  ${shownKey(path)} as ${hash}, so its files are not compared`),
    ];
    return lines.length === 0 ? 'no difference' : lines.join('\n');
  },
});

// Bytes of a commit lie in the cache; those of the workspace may lie there only.
async function drawPage(
  repo: Repo,
  differences: ReturnType<typeof compared>,
  { params, once }: Pick<RunContext<{ readonly from: string; readonly to?: string | undefined }>, 'params' | 'once'>,
  html: string,
): Promise<void> {
  const cached = (hash: string): string[] =>
    (['files/md5', 'legacy'] as const).map((layout) => join(repo.cacheDir, objectKey(hash, layout)));
  const after = (path: string, hash: string): string[] =>
    params.to === undefined ? [join(repo.root, path), ...cached(hash)] : cached(hash);
  const isFile = ({ path }: { readonly path: string }): boolean => !path.endsWith('/');
  const { added, deleted, modified, renamed } = differences;
  const page = {
    key: basename(html),
    title: `Data of ${params.from} and ${params.to ?? 'the workspace'}`,
    added: added.filter(isFile).map(({ path, hash }) => ({ path, before: [], after: after(path, hash) })),
    deleted: deleted.filter(isFile).map(({ path, hash }) => ({ path, before: cached(hash), after: [] })),
    modified: modified
      .filter(isFile)
      .map(({ path, hash }) => ({ path, before: cached(hash.old), after: after(path, hash.new) })),
    renamed: renamed.map(({ path }) => path),
  };
  await once(drawDiff, page, { into: resolve(dirname(html)), key: page.key });
}

/** Path to hash; a folder's path ends in a slash, and its files stand beside it. */
type Hashes = Map<string, string>;

function hashesOf(repo: Repo, outs: readonly NeededOut[], lacking: Hashes): Hashes {
  const hashes: Hashes = new Map();
  for (const out of outs) {
    if (!isTreeOid(out.oid)) {
      hashes.set(out.path, out.oid);
      continue;
    }
    hashes.set(`${out.path}/`, out.oid);
    const entries = treeEntries(repo.cacheDir, out);
    if (entries === undefined) lacking.set(`${out.path}/`, out.oid);
    for (const { relpath, md5 } of entries ?? []) hashes.set(`${out.path}/${relpath}`, md5);
  }
  return hashes;
}

async function hashesInWorkspace(repo: Repo, context: Pick<RunContext<unknown>, 'map' | 'once'>): Promise<Hashes> {
  const hashes: Hashes = new Map();
  for (const [path, { look, md5 }] of await hashesHere(repo, neededOuts(repo), context)) {
    if (!look.isFolder) {
      hashes.set(path, [...md5.values()][0] ?? '');
      continue;
    }
    const entries = [...md5].map(([relpath, each]) => ({ relpath, md5: each }));
    hashes.set(`${path}/`, treeOf(entries).oid);
    for (const each of entries) hashes.set(`${path}/${each.relpath}`, each.md5);
  }
  return hashes;
}

/** What differs, each list in the order of paths. A file that went and one that came with the same bytes was renamed. */
function compared(old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) {
  const byPath = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);
  const came = new Map([...now].filter(([path]) => !old.has(path)).sort(byPath));
  const went = new Map([...old].filter(([path]) => !now.has(path)).sort(byPath));
  const byHash = new Map<string, string[]>();
  for (const [path, hash] of went) byHash.set(hash, [...(byHash.get(hash) ?? []), path]);
  const renamed = [...came].flatMap(([path, hash]) => {
    const from = byHash.get(hash)?.shift();
    if (from === undefined) return [];
    came.delete(path);
    went.delete(from);
    return [{ path: { old: from, new: path }, hash }];
  });
  const listed = (from: ReadonlyMap<string, string>) => [...from].map(([path, hash]) => ({ path, hash }));
  const modified = [...now].sort(byPath).flatMap(([path, hash]) => {
    const before = old.get(path);
    return before === undefined || before === hash ? [] : [{ path, hash: { old: before, new: hash } }];
  });
  return { added: listed(came), deleted: listed(went), modified, renamed };
}
