import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { definePlugin, defineStep, defineTask, type FileRef, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';

interface Record {
  readonly key: string;
  readonly text: FileRef;
}

// #region generator
const split = defineStep({
  name: 'split',
  async *work(log: FileRef, { bytes, output, done }) {
    const lines = Buffer.from(await bytes(log))
      .toString('utf8')
      .trim()
      .split('\n');
    for (const [i, line] of lines.entries()) {
      const key = String(i).padStart(6, '0');
      // Committed by an attempt that was killed: its row is there already.
      if (done(key)) continue;
      yield { key, text: await output.write(`${key}.txt`, line) } satisfies Record;
    }
  },
});
// #endregion

// #region folder
const tile = defineStep({
  name: 'tile',
  async work({ key, text }: Record, { bytes, output }) {
    const folder = await output.folder(`tiles/${key}`);
    for (const [i, word] of Buffer.from(await bytes(text))
      .toString('utf8')
      .split(' ')
      .entries())
      await folder.write(`${i}.txt`, word);
    return folder.close(); // one output: its count, bytes and digest
  },
});
// #endregion

// #region path
const run = promisify(execFile);

const foreign = defineStep({
  name: 'foreign',
  async work({ key, text }: Record, { localPath, output, signal }) {
    const to = await output.path(`copies/${key}.txt`);
    await run('cp', [await localPath(text), to], { signal });
    return output.wrote(`copies/${key}.txt`);
  },
});
// #endregion

const unpack = defineTask({
  summary: 'Take a log apart: a file for each line, a folder for its words.',
  params: z.object({ log: fileRef(), out: storeUrl() }),
  steps: { split, tile, foreign },
  async run({ params, map }) {
    const records = map(split, [params.log], { into: 'work:records' });
    map(tile, records, { into: params.out });
    map(foreign, records, { into: params.out });
  },
});

export default definePlugin({ name: 'log', api: 1, tasks: { unpack } });
