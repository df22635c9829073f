import { basename, join } from 'node:path';
import { defineTask, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { askGit } from '../git.ts';
import { dataFiles } from '../images/choose-images.ts';
import type { NeededOut } from '../objects/needed.ts';
import { isTreeOid } from '../objects/object-path.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { trackedAt } from '../repo/tracked-at.ts';
import { readTracked } from '../repo/tracked.ts';
import { folderOf } from '../repo/targets.ts';
import { lookAtImage } from '../steps/look-at-image.ts';
import { writeCard } from '../steps/write-card.ts';
import { changedOuts } from './changed-outs.ts';
import { hashingSteps } from './hashes-here.ts';
import { oidAt } from './oid-at.ts';

/** Writes a data card: what a tracked set is, what is in it and where it comes from. */
export const card = defineTask({
  summary: 'Write a data card of a tracked set: digest, origin, formats, sizes, classes',
  examples: ['runner run registry:card raw/01_data_collection', 'runner run registry:card raw/01 --out cards'],
  params: z.object({
    target: z.string().describe('Tracked data').meta({ positional: true }),
    out: storeUrl().default('./cards').describe('Where <name>.md goes').meta({ short: 'o' }),
    title: z.string().optional().describe('Heading; default: the name of the data'),
  }),
  outputs: z.object({ images: z.int(), card: fileRef() }),
  steps: { ...hashingSteps, lookAtImage, writeCard },
  async run(context) {
    const { params, store, map, once } = context;
    // 1. What is tracked, and where it comes from.
    const repo = openRepo(process.cwd());
    const out = trackedAt(repo, params.target);
    const name = basename(out.path);
    // Its digest and the images told of are to be of the same data.
    const changed = await changedOuts(repo, [out], context);
    if (changed.length > 0) throw pipelineFailures['not-as-tracked']({ path: out.path, file: out.file });
    // 2. Look at each image of it.
    const isFolder = isTreeOid(out.oid);
    const listed = await dataFiles(await store(join(repo.root, isFolder ? out.path : folderOf(out.path))));
    const images = map(lookAtImage, isFolder ? listed : listed.filter(({ key }) => key === name));
    // 3. Write the card.
    const commit = commitOf(repo, out);
    const facts = {
      title: params.title ?? name,
      path: out.path,
      digest: out.oid,
      files: out.out.nfiles ?? 1,
      sizeBytes: out.out.size ?? 0,
      origin: originOf(repo, out),
      ...(commit === undefined ? {} : { commit }),
    };
    const key = `${name}.md`;
    return once(writeCard, { key, facts, images }, { into: params.out, key });
  },
  render: ({ images, card: file }) => `${file.key} tells of ${images} images`,
});

// The last commit that changed the file which names the data, if it names these bytes.
function commitOf(repo: Repo, { file, path, oid }: NeededOut): string | undefined {
  const named = file.replace(/dvc\.yaml:.*$/s, 'dvc.lock');
  const commit = askGit(repo.root, ['log', '-1', '--format=%H', '--', `:(literal)${named}`])?.trim() ?? '';
  return commit !== '' && oidAt(repo, commit, path) === oid ? commit : undefined;
}

function originOf(repo: Repo, { file }: NeededOut): string {
  if (!file.endsWith('.dvc')) return `stage ${file}`;
  const [dep] = readTracked(repo.root, file).stage.deps;
  if (dep?.repo === undefined) return dep === undefined ? file : `imported from ${dep.path}`;
  const { url, revLock } = dep.repo;
  return `imported from ${url}: ${dep.path}${revLock === undefined ? '' : ` at ${revLock}`}`;
}
