import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { isGitTracked } from '../git.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { folderOf, indexPath, repoPath } from '../repo/targets.ts';
import { outPath, trackedFiles } from '../repo/tracked.ts';
import { cacheFiles, chunked, type FileChunk } from '../steps/cache-files.ts';
import { writeTracked } from '../steps/write-tracked.ts';
import { StatIndex } from '../workspace/stat-index.ts';
import { type Found, walkFolder } from '../workspace/walk.ts';

/** Tracks files and folders, as `dvc add` does. */
export const add = defineTask({
  summary: 'Track files or folders: into the cache, with a .dvc file for git',
  examples: ['runner run registry:add raw/01_data_collection', 'runner run registry:add model.onnx labels.csv'],
  params: z.object({
    targets: z.array(z.string()).min(1).describe('Files and folders').meta({ positional: true }),
    commit: z.boolean().default(true).describe('Put the bytes into the cache; --no-commit only describes them'),
  }),
  outputs: z.object({
    added: z.array(
      z.object({ file: z.string(), md5: z.string(), nfiles: z.int(), size: z.int(), changed: z.boolean() }),
    ),
  }),
  steps: { cacheFiles, writeTracked },
  async run({ params, map, once }) {
    // 1. Find the files and what is known of them.
    const repo = openRepo(process.cwd());
    const targets = params.targets.map((target) => look(repo, repoPath(repo, target)));
    const added = [];
    for (const target of targets) {
      const { path, isFolder, chunks, walkedMs } = target;
      // 2. Hash them and put them into the cache in one read, on all cores.
      const hashed = map(cacheFiles, chunks(params.commit ? repo.cacheDir : undefined), { name: `add ${path}` });
      // 3. Write the .dir object, the .dvc file and the .gitignore line.
      const { root, cacheDir, gitRoot } = repo;
      const tracked = { root, cacheDir, path, isFolder, commit: params.commit, walkedMs, chunks: hashed };
      added.push(
        await once(writeTracked, { ...tracked, ...(gitRoot === undefined ? {} : { gitRoot }) }, { key: path }),
      );
    }
    return { added };
  },
  render: ({ added }) =>
    added
      .map(
        ({ file, nfiles, size, changed }) => `${file}: ${nfiles} files, ${size} bytes${changed ? '' : ', as before'}`,
      )
      .join('\n'),
});

interface Looked {
  readonly path: string;
  readonly isFolder: boolean;
  readonly walkedMs: number;
  readonly chunks: (cacheDir: string | undefined) => Iterable<FileChunk>;
}

function look(repo: Repo, path: string): Looked {
  const stat = lstatSync(join(repo.root, path), { throwIfNoEntry: false });
  if (stat === undefined) throw registryFailures['path-missing']({ path });
  if (repo.gitRoot !== undefined && isGitTracked(repo.gitRoot, join(repo.root, path))) {
    throw registryFailures['git-tracked']({ path });
  }
  refuseOverlap(repo, path);
  const walkedMs = Date.now();
  const isFolder = stat.isDirectory();
  const folder = isFolder ? path : folderOf(path);
  const found = isFolder ? walkFolder(repo.root, path) : [single(repo.root, path)];
  const index = new StatIndex(indexPath(repo.root));
  const { known } = index.lookUp(folder, found);
  index.close();
  return {
    path,
    isFolder,
    walkedMs,
    *chunks(cacheDir) {
      for (const [at, files] of [...chunked(found)].entries()) {
        const named = files.map(({ relpath, size }) => {
          const md5 = known.get(relpath)?.md5;
          return { relpath, size, ...(md5 === undefined ? {} : { md5 }) };
        });
        const key = `${path} ${at + 1}`;
        yield { key, folder: join(repo.root, folder), ...(cacheDir === undefined ? {} : { cacheDir }), files: named };
      }
    },
  };
}

function single(root: string, path: string): Found {
  const { size, mtimeNs, ctimeNs, ino, mode } = lstatSync(join(root, path), { bigint: true });
  return {
    relpath: path.slice(path.lastIndexOf('/') + 1),
    size: Number(size),
    mtimeNs,
    ctimeNs,
    ino,
    mode: Number(mode),
  };
}

// Two outputs that share files would each rewrite what the other says of them.
function refuseOverlap(repo: Repo, path: string): void {
  for (const tracked of trackedFiles(repo.root)) {
    for (const out of tracked.stage.outs) {
      const other = outPath(tracked, out.path);
      if (other === path) continue;
      if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) {
        throw registryFailures['outs-overlap']({ path, other, file: tracked.file });
      }
    }
  }
}
