import { definePlugin } from '@dataset-runner/core/plugin';
import { diatomFailures } from './failures.ts';
import { build } from './tasks/build.ts';
import { download } from './tasks/download.ts';
import { extract } from './tasks/extract.ts';
import { image } from './tasks/image.ts';
import { leaks } from './tasks/leaks.ts';
import { pack } from './tasks/pack.ts';
import { split } from './tasks/split.ts';
import { train } from './tasks/train.ts';
import { upload } from './tasks/upload.ts';

/** Diatom image sets: from species archives to a seeded train/test set, a trained model and its deployment. */
export default definePlugin({
  name: 'diatom',
  api: 1,
  tasks: { build, download, extract, split, leaks, pack, upload, image, train },
  failures: diatomFailures,
});
