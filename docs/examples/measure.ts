import {
  definePlugin,
  defineStep,
  defineTask,
  type FileRef,
  fileRef,
  listFiles,
  type ResultsReader,
  storeUrl,
  z,
} from '@dataset-runner/core/plugin';

interface Measured {
  readonly key: string;
  readonly picture: FileRef;
  readonly brightness: number;
}

// #region version
const measure = defineStep({
  name: 'measure',
  // 2: brightness is the mean of all bytes; it was that of the first 1,000.
  version: 2,
  async work(picture: FileRef, { bytes }): Promise<Measured> {
    const all = await bytes(picture);
    const brightness = all.reduce((sum, byte) => sum + byte, 0) / Math.max(1, all.length);
    return { key: picture.key, picture, brightness: Math.round(brightness) };
  },
});
// #endregion

// #region needs
const stretch = defineStep({
  name: 'stretch',
  // Computing goes to the worker pool; a large picture takes its share of memory with it.
  needs: (item: Measured) => ({ cpu: true, memoryMb: 64 + Math.ceil((item.picture.size * 12) / 1e6) }),
  async work({ key, picture, brightness }: Measured, { bytes, output }) {
    const gain = 128 / Math.max(1, brightness);
    const all = (await bytes(picture)).map((byte) => Math.min(255, byte * gain));
    return { key, stretched: await output.write(key, all) };
  },
});
// #endregion

// #region join
interface Tables {
  readonly measured: ResultsReader<Measured>;
  readonly stretched: ResultsReader<{ readonly key: string; readonly stretched: FileRef }>;
}

const tabulate = defineStep({
  name: 'tabulate',
  async work({ measured, stretched }: Tables, { output }) {
    let text = 'picture,brightness,bytes\n';
    for await (const { key, result } of measured)
      text += `${key},${result.brightness},${stretched.get(key)?.stretched.size ?? ''}\n`;
    return { rows: measured.count, table: await output.write('brightness.csv', text) };
  },
});
// #endregion

// #region task
const brighten = defineTask({
  summary: 'Bring pictures to one brightness and write a table of what they had.',
  params: z.object({
    from: storeUrl().describe('Where the pictures are').meta({ positional: true }),
    out: storeUrl().describe('Where the set is published').meta({ short: 'o' }),
  }),
  outputs: z.object({ rows: z.int(), table: fileRef() }),
  steps: { measure, stretch, tabulate },
  async run({ params, store, map, once, publish }) {
    const pictures = await listFiles(await store(params.from));
    const measured = map(measure, pictures); // a handle, at once
    const stretched = map(stretch, measured, { into: params.out, exact: true }); // streams: no barrier between the two
    const result = await once(tabulate, { measured, stretched }, { into: params.out }); // waits for both
    await publish(params.out, { name: 'bright pictures', counts: { pictures: result.rows } });
    return result;
  },
  render: ({ rows }) => `${rows} pictures in the table.`,
});
// #endregion

export default definePlugin({ name: 'bright', api: 1, tasks: { brighten } });
