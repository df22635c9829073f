import {
  definePlugin,
  defineStep,
  defineTask,
  type FileRef,
  listFiles,
  storeUrl,
  z,
} from '@dataset-runner/core/plugin';

const place = defineStep({
  name: 'place',
  async work(picture: FileRef, { output }) {
    const [species, number] = picture.key.split('_');
    if (number === undefined) throw new Error(`${picture.key} names no species: expected <species>_<number>.png`);
    return output.copy(`${species}/${number}`, picture);
  },
});

const sort = defineTask({
  summary: 'Sort pictures into one folder for each species.',
  params: z.object({ from: storeUrl(), out: storeUrl() }),
  steps: { place },
  async run({ params, store, map, publish }) {
    const pictures = await listFiles(await store(params.from));
    map(place, pictures, { into: params.out, exact: true });
    await publish(params.out, { name: 'pictures by species' });
  },
});

export default definePlugin({ name: 'pictures', api: 1, tasks: { sort } });
