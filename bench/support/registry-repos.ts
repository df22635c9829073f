import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Dvc } from '../../test/interop/dvc.ts';
import type { Scene } from './bench.ts';
import type { Project } from './project.ts';
import type { Row } from './row.ts';
import { scaled, spread, type Spread } from './spread.ts';

/** One thing timed three times over, ms. */
export interface Timed {
  readonly ours: number;
  readonly floor: number;
  readonly rival: number | undefined;
}

export interface Goal {
  /** What the floor is. */
  readonly floor: string;
  /** So near the floor... */
  readonly floorRatio: number;
  /** ...or so many times faster than dvc. */
  readonly gain: number;
}

export interface FileSet {
  readonly what: string;
  readonly count: number;
  readonly bytes: number;
}

/** Met by whichever is easier, as the goal says: so many times faster than dvc, or so near the floor. */
export function rowsOf(what: string, { ours, floor, rival }: Timed, beside: Goal): Row[] {
  const goal = Math.max(floor * beside.floorRatio, (rival ?? 0) / beside.gain) / 1_000;
  const base = { what, unit: 's', ours: one(ours), goal } as const;
  const besideFloor = { kind: 'floor', name: beside.floor, value: one(floor) } as const;
  const rows: Row[] = [{ ...base, beside: besideFloor }];
  if (rival !== undefined) rows.push({ ...base, beside: { kind: 'rival', name: 'dvc 3.67.1', value: one(rival) } });
  return rows;
}

function one(ms: number): Spread {
  return scaled(spread([ms]), 1 / 1_000);
}

/** The folder that is a repository's remote: beside it, for both walk what is inside. */
export function storageOf(dir: string): string {
  return `${dir}-storage`;
}

/** A registry of ours with a remote that is a folder. */
export function ourRepo(scene: Scene, name: string): Project {
  const project = scene.project(name, ['plugin-registry']);
  execFileSync('git', ['init', '-q'], { cwd: project.dir });
  mkdirSync(project.path('.dvc'));
  writeFileSync(
    project.path('.dvc', 'config'),
    `[core]\n    remote = storage\n['remote "storage"']\n    url = ${storageOf(project.dir)}\n`,
  );
  return project;
}

/** The same of dvc's, with a clock. */
export function theirRepo(
  scene: Scene,
  dvc: Dvc,
  name: string,
): { readonly dir: string; readonly time: (...args: readonly string[]) => number } {
  const dir = scene.folder(name);
  execFileSync('git', ['init', '-q'], { cwd: dir });
  dvc.run(dir, 'init', '-q');
  dvc.run(dir, 'remote', 'add', '-q', '-d', 'storage', storageOf(dir));
  return {
    dir,
    time(...args) {
      const startMs = performance.now();
      dvc.run(dir, ...args);
      return performance.now() - startMs;
    },
  };
}

/** As lost to the repository as if removed; on some file systems removing files makes the next ones dear. */
export function moveAside(dir: string, path: string): void {
  renameSync(join(dir, path), `${dir}-without-${path.replaceAll(/\W/g, '')}`);
}

/** Files of which no two are alike. */
export function writeFiles(folder: string, { count, bytes }: FileSet): void {
  for (let at = 0; at < count; at += 1) {
    const path = join(folder, String(at % 100), `${at}.bin`);
    mkdirSync(dirname(path), { recursive: true });
    const content = Buffer.alloc(bytes, at % 251);
    content.write(String(at));
    writeFileSync(path, content);
  }
}
