// `node examples/ifcb/make.ts [folder] [bins] [images]`: writes a made cruise to try the pipeline with; 6 bins of 120
// triggers by default.
import { join, resolve } from 'node:path';
import { writeCruise } from './write-cruise.ts';

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'project', 'source'));
const [bins, images] = [Number(process.argv[3] ?? 6), Number(process.argv[4] ?? 120)];
writeCruise(folder, { bins, images });
process.stdout.write(`${bins} bins of ${images} triggers in ${folder}\n`);
