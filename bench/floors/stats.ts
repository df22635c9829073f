// The least that looking at files can be: one stat each, paths known beforehand.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { floorDone, floorInput } from '../support/floor.ts';

const { folders, count } = floorInput<{ folders: readonly string[]; count: number }>();
const paths = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file))),
);
if (paths.length !== count) throw new Error(`${paths.length} files where ${count} should lie`);
const startedMs = performance.now();
let bytes = 0;
for (const path of paths) bytes += statSync(path).size;
if (bytes === 0) throw new Error('all files are empty');
floorDone(startedMs);
