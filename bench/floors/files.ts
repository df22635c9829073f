// The least that publishing whole files can be: write each beside its place and rename it there.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { benchItems } from '../fixtures/project/items.ts';
import { floorDone, floorInput } from '../support/floor.ts';

const { count, dir } = floorInput<{ count: number; dir: string }>();
const bytes = Buffer.alloc(6_000, 'bench');
const staging = join(dir, '.staging');
mkdirSync(staging, { recursive: true });
const startedMs = performance.now();
let folder = '';
for await (const { key, x } of benchItems(count, 0)) {
  const target = join(dir, key);
  if (dirname(target) !== folder) {
    folder = dirname(target);
    mkdirSync(folder, { recursive: true });
  }
  const staged = join(staging, x.toString(36));
  writeFileSync(staged, bytes);
  renameSync(staged, target);
}
floorDone(startedMs);
