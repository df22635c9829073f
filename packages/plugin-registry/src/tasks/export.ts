import { basename } from 'node:path';
import { defineTask, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { askGit } from '../git.ts';
import { datasetRecord, isArtifactName, isVersion, stageTag, versionTag } from '../images/dataset-record.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { pipelineFileOf } from '../pipeline/pipeline-file.ts';
import { workspaceTexts } from '../pipeline/repo-view.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { trackedAt } from '../repo/tracked-at.ts';
import { writeArtifact, writeRecord, writeTag } from '../steps/write-artifact.ts';
import { oidAt } from './oid-at.ts';

/** Describes tracked data for others: an MLflow dataset record, an entry under `artifacts:`, tags as GTO reads them. */
export const exportTask = defineTask({
  summary: 'Write a dataset record for MLflow, name the data as an artifact, and tag versions as GTO does',
  examples: [
    'runner run registry:export raw/01_data_collection --out records',
    'runner run registry:export raw/01_data_collection --name raw-images --tag v1.0.0 --stage production',
  ],
  params: z.object({
    target: z.string().describe('Tracked data').meta({ positional: true }),
    out: storeUrl().default('./records').describe('Where <name>.json goes').meta({ short: 'o' }),
    name: z.string().optional().describe("The artifact's name; default: that of the file or folder"),
    type: z.string().optional().describe('What it is, for `artifacts:`; default: as it stands there, else dataset'),
    desc: z.string().optional().describe('What it is, in words'),
    labels: z.array(z.string()).default([]).describe('Labels for `artifacts:`'),
    tag: z.string().optional().describe('Register this version, such as v1.0.0: a tag name@v1.0.0 on HEAD'),
    stage: z.string().optional().describe('Put it into this stage, such as production: a tag name#production#1'),
  }),
  outputs: z.object({ record: fileRef(), name: z.string(), digest: z.string(), tags: z.array(z.string()) }),
  steps: { writeRecord, writeArtifact, writeTag },
  async run({ params, once }) {
    // 1. What is tracked there, and at which commit.
    const repo = openRepo(process.cwd());
    const out = trackedAt(repo, params.target);
    const name = params.name ?? basename(out.path);
    if (!isArtifactName(name)) {
      const form = 'letters, digits, -, _ and /';
      throw pipelineFailures['version-name']({ what: 'name of an artifact', name, form });
    }
    const commit =
      repo.gitRoot === undefined ? undefined : askGit(repo.root, ['rev-parse', '--verify', 'HEAD'])?.trim();
    // 2. The tags it will have, and the file that will name it: nothing is written when one of them cannot be.
    const tags = plannedTags(repo, name, params);
    if (tags.length > 0 && repo.gitRoot === undefined) throw registryFailures['no-git']({ folder: repo.root });
    if (tags.length > 0 && commit === undefined)
      throw registryFailures['revision-unknown']({ revision: 'HEAD', root: repo.root });
    // A commit that names other bytes is not where these come from.
    const isThere = commit !== undefined && oidAt(repo, commit, out.path) === out.oid;
    if (tags.length > 0 && !isThere) throw pipelineFailures['not-committed']({ path: out.path, file: out.file });
    const pipeline = workspaceTexts(repo.root).text('dvc.yaml');
    if (pipeline !== undefined) pipelineFileOf('dvc.yaml', pipeline);
    // 3. Write the record, the artifact, the tags.
    const record = datasetRecord({
      name,
      digest: out.oid,
      path: out.path,
      url: askGit(repo.root, ['remote', 'get-url', 'origin'])?.trim() ?? repo.root,
      ...(isThere ? { commit } : {}),
      files: out.out.nfiles ?? 1,
      sizeBytes: out.out.size ?? 0,
    });
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    const key = `${name}.json`;
    const file = await once(writeRecord, { key, text }, { into: params.out, key });
    const { type, desc, labels } = params;
    await once(writeArtifact, { key: name, root: repo.root, path: out.path, type, desc, labels }, { key: name });
    for (const tag of tags) await once(writeTag, { tag, root: repo.root, commit: commit ?? '' }, { key: tag });
    return { record: file, name, digest: out.oid, tags };
  },
  render: ({ record, digest, tags }) =>
    `${record.key}: ${digest}${tags.length > 0 ? `; tags ${tags.join(', ')}, push them with git push --tags` : ''}`,
});

function plannedTags(
  repo: Repo,
  name: string,
  { tag, stage }: { readonly tag?: string | undefined; readonly stage?: string | undefined },
): string[] {
  const there = (askGit(repo.root, ['tag', '--list']) ?? '').split('\n');
  const onHead = (askGit(repo.root, ['tag', '--list', '--points-at', 'HEAD']) ?? '').split('\n');
  const tags: string[] = [];
  if (tag !== undefined) {
    if (!isVersion(tag)) throw pipelineFailures['version-name']({ what: 'version', name: tag, form: 'as v1.2.3' });
    const version = versionTag(name, tag);
    // One on this very commit is from an earlier run of the same command.
    if (there.includes(version) && !onHead.includes(version)) throw pipelineFailures['version-there']({ tag: version });
    tags.push(version);
  }
  if (stage !== undefined) {
    if (!isArtifactName(stage))
      throw pipelineFailures['version-name']({ what: 'stage', name: stage, form: 'letters, digits, -, _ and /' });
    tags.push(stageTag(name, stage, { there, onHead }));
  }
  return tags;
}
