import type { RunContext } from '@dataset-runner/core/plugin';
import { urlSource } from '../remotes/url-source.ts';
import type { Repo } from '../repo/repo.ts';
import { writeImport } from '../steps/write-import.ts';
import type { TrackedResult } from '../steps/write-tracked.ts';
import { placeOut } from './bring-source.ts';
import { bringUrl, urlSteps } from './bring-url.ts';
import { checkoutSteps } from './check-out-all.ts';
import { sendingSteps, sendSource } from './send-source.ts';

/** The steps a task needs for {@link addElsewhere}. */
export const elsewhereSteps = { ...checkoutSteps, ...urlSteps, ...sendingSteps, writeImport };

/** Tracks data of another place at a path here: by way of the cache, or straight into a remote and not here at all. */
export async function addElsewhere(
  repo: Repo,
  { url, path }: { readonly url: string /** Posix, from the root. */; readonly path: string },
  context: RunContext<unknown>,
  options: { readonly toRemote: boolean; readonly remote?: string | undefined },
): Promise<TrackedResult> {
  const source = urlSource(repo, url, process.cwd());
  const out = options.toRemote
    ? await sendSource(repo, source, context, options)
    : ((await bringUrl(repo, source, context, { download: true })).out ?? {});
  if (!options.toRemote) await placeOut(repo, { path, out }, context, { discard: false });
  const { root, gitRoot } = repo;
  const item = { root, path, out, ...(gitRoot === undefined ? {} : { gitRoot }) };
  const { file, changed } = await context.once(writeImport, item, { key: path });
  return { file, md5: out.md5 ?? '', size: out.size ?? 0, nfiles: out.nfiles ?? 1, changed };
}
