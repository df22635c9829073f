// `node examples/yolo/make.ts [folder] [images]`: writes a made set to try the pipelines with, 120 images by default.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { madeSet } from '../../packages/plugin-yolo/test/support/made-set.ts';

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'project', 'source'));
const { findings, sizes, images } = madeSet(Number(process.argv[3] ?? 120));
mkdirSync(join(folder, 'train'), { recursive: true });
writeFileSync(join(folder, 'train.csv'), findings);
writeFileSync(join(folder, 'train_meta.csv'), sizes);
for (const [name, draw] of images) writeFileSync(join(folder, 'train', name), draw());
process.stdout.write(`${images.size} images and their findings in ${folder}\n`);
