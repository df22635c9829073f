import { createReadStream, existsSync, renameSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { type NamedSet, zipOf } from './pack-set.ts';

/**
 * Packs a set and moves the zip to another place: no local zip is left once the other side has it.
 *
 * The zip waits in scratch space, which outlives a crash and a failed upload and is removed only when the upload was
 * verified (by digest, or read back where the store tells none) and recorded. A next attempt sends the same zip again
 * instead of packing anew.
 */
export const packAway = defineStep({
  name: 'pack-away',
  needs: { cpu: true },
  async work(set: NamedSet, tools): Promise<FileRef> {
    const { name } = set;
    const path = await tools.scratch(name);
    if (existsSync(path)) tools.log(`sending ${name} again; it was packed before`);
    else {
      // Renamed when complete: a file under the final name is always whole.
      await writeFile(`${path}.part`, await zipOf(set, tools), { signal: tools.signal });
      renameSync(`${path}.part`, path);
    }
    return tools.output.write(name, createReadStream(path), { verify: 'read' });
  },
});
