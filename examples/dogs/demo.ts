// `node --conditions=source examples/dogs/demo.ts [images a class]`: makes archives that copy the real ones' structure,
// serves them on this machine, carries them into an emulated bucket of Google Cloud Storage, and works with what is there.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startGcsServer } from '@dataset-runner/core/testing';
import { stanfordTars, tsinghuaZips } from '../../packages/plugin-dogs/test/support/made-archives.ts';
import { picture } from '../../packages/plugin-dogs/test/support/pictures.ts';
import { openSite } from '../../packages/plugin-dogs/test/support/site.ts';

const project = join(import.meta.dirname, 'project');
const runner = resolve(import.meta.dirname, '../../packages/core/bin/runner.js');
const perClass = Number(process.argv[2] ?? 4);

for (const name of ['.runner', 'labels', 'report', 'dogs-locks'])
  rmSync(join(project, name), { recursive: true, force: true });
const tars = await stanfordTars({ sizes: perClass });
const zips = await tsinghuaZips(perClass);
const photos = await Promise.all(
  Array.from({ length: 12 }, async (_, index) => [`photo-${index}`, await picture(index)] as const),
);
await using site = await openSite({
  'images.tar': tars.images,
  'annotation.tar': tars.annotation,
  'low-resolution.zip': zips.images,
  'low-annotations.zip': zips.annotations,
  ...Object.fromEntries(photos),
});
const gcs = await startGcsServer();
try {
  const archives = (names: readonly string[]): string =>
    JSON.stringify(names.map((file) => ({ name: file.slice(0, file.lastIndexOf('.')), url: `${site.url}/${file}` })));
  const rows = photos.map(([name], index) => `${Math.floor(index / 3) + 1},${site.url}/${name}\n`);
  writeFileSync(join(project, 'photos.csv'), `AnimalInternal-ID,PhotoUrl\n${rows.join('')}`);
  const stanford = archives(['images.tar', 'annotation.tar']);
  const tsinghua = archives(['low-resolution.zip', 'low-annotations.zip']);
  const all = ['run', 'dogs:all', '--out', 'spot:', '--photos', './photos.csv'];
  await run([...all, '--stanford-archives', stanford, '--tsinghua-archives', tsinghua]);
  const raw = 'spot:spot-raw-data';
  const annotations = [
    '--annotations',
    `${raw}/stanford/Annotation`,
    '--annotations',
    `${raw}/tsinghua/Low-Annotations`,
  ];
  await run(['run', 'dogs:labels', ...annotations, '--out', './labels']);
  await run(['run', 'dogs:verify', '--images', `${raw}/austin/full_quality`, '--out', './report']);
} finally {
  await gcs.close();
}
process.stdout.write(
  `\nLook at ${join(project, 'labels')}, ${join(project, 'report')} and ${join(project, 'dogs-locks')}\n`,
);

/** Runs the built command line as a user would; the demo itself runs on the sources, its child must not. */
async function run(args: readonly string[]): Promise<void> {
  process.stdout.write(`\nrunner ${args.slice(0, 2).join(' ')}\n`);
  const env = { ...process.env, DOGS_ENDPOINT: gcs.url };
  const child = spawn(process.execPath, [runner, ...args], { cwd: project, stdio: 'inherit', env });
  const code = await new Promise<number>((done, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => done(exit ?? 1));
  });
  if (code !== 0) throw new Error(`runner ${args.join(' ')} ended with exit code ${code}`);
}
