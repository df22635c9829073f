import { definePlugin, defineStep, defineTask, type FileRef, storeUrl, z } from '@dataset-runner/core/plugin';

// #region expects
const push = defineStep({
  name: 'push',
  rows: false, // the target's own inventory is the memory
  expects: (file: FileRef & { readonly digest: `sha256:${string}` }) => [
    { key: file.key, size: file.size, digest: file.digest },
  ],
  work: (file: FileRef, { output }) => output.copy(file.key, file),
});
// #endregion

// #region cache
const announce = defineStep({
  name: 'announce',
  cache: false, // always runs; its row is only a record
  async work({ name, at }: { readonly name: string; readonly at: string }, { log }) {
    log(`${name} is at ${at}`);
  },
});
// #endregion

// #region at-end
const start = defineStep({
  name: 'start-machine',
  cache: false,
  async work({ name }: { readonly name: string }, { log }) {
    log(`${name} is up`);
  },
});

const stop = defineStep({
  name: 'stop-machine',
  // It may run twice, so stopping what is stopped must be fine.
  async work({ name }: { readonly name: string }, { log }) {
    log(`${name} is down`);
  },
});

const deliver = defineTask({
  summary: 'Bring files to a machine that is stopped whatever happens.',
  params: z.object({ from: storeUrl(), out: storeUrl(), machine: z.string() }),
  steps: { push, announce, start, stop },
  async run({ params, store, map, once, atEnd }) {
    const machine = { name: params.machine };
    await atEnd(stop, machine); // before the start: a machine may be up although its start failed
    await once(start, machine);
    const from = await store(params.from);
    const files = [];
    for await (const page of from.list())
      for (const { key, size } of page)
        files.push({ $type: 'file' as const, store: params.from, key, size, digest: sha256Of(await from.digest(key)) });
    await map(push, files, { into: params.out });
    await once(announce, { name: params.machine, at: params.out });
  },
});
// #endregion

function sha256Of(digest: string): `sha256:${string}` {
  if (!digest.startsWith('sha256:')) throw new Error(`${digest} is no sha256`);
  return digest as `sha256:${string}`;
}

export default definePlugin({ name: 'deliver', api: 1, tasks: { files: deliver } });
