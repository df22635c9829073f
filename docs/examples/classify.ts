import { readFile } from 'node:fs/promises';
import {
  definePlugin,
  defineStep,
  defineTask,
  type FileRef,
  fileRef,
  listFiles,
  type Slot,
  storeUrl,
  z,
} from '@dataset-runner/core/plugin';

interface Labelled {
  readonly key: string;
  readonly label: string;
}

// A stand-in for a session of an inference library.
class Session {
  static async open(path: string): Promise<Session> {
    return new Session((await readFile(path, 'utf8')).trim().split('\n'));
  }
  readonly labels: readonly string[];
  constructor(labels: readonly string[]) {
    this.labels = labels;
  }
  run(sizes: readonly number[]): string[] {
    return sizes.map((size) => this.labels[size % this.labels.length] ?? 'unknown');
  }
}

// #region classify
const classify = defineStep({
  name: 'classify',
  needs: { cpu: true },
  batch: 32,
  // Once per worker: a real session would free its memory in [Symbol.dispose].
  open: async ({ model }: { readonly model: FileRef }, { localPath }) => Session.open(await localPath(model)),
  async work(slots: readonly Slot<FileRef, Labelled>[], { opened }) {
    const labels = opened.run(slots.map(({ item }) => item.size));
    for (const [i, slot] of slots.entries()) {
      if (slot.item.size === 0) slot.failed(new Error('the picture is empty'));
      else slot.done({ key: slot.key, label: labels[i] ?? 'unknown' });
    }
  },
});
// #endregion

const label = defineTask({
  summary: 'Give every picture the label a model sees in it.',
  params: z.object({ from: storeUrl(), model: fileRef() }),
  outputs: z.object({ labels: z.record(z.string(), z.string()) }),
  steps: { classify },
  async run({ params, store, map }) {
    const pictures = await listFiles(await store(params.from));
    // `uses` is part of every fingerprint: another model, and every picture is classified again.
    const found = await map(classify, pictures, { uses: { model: params.model }, partial: 'allow' }).toArray();
    return { labels: Object.fromEntries(found.map(({ key, label }) => [key, label])) };
  },
});

export default definePlugin({ name: 'model', api: 1, tasks: { label } });
