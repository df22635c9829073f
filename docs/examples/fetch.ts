import { appendFile, readFile, rm, stat } from 'node:fs/promises';
import { defineFailures, definePlugin, defineStep, defineTask, source, storeUrl, z } from '@dataset-runner/core/plugin';

// #region failures
const failures = defineFailures('archive', {
  'not-there': {
    about: 'The archive of a species cannot be had.',
    message: ({ url, status }: { readonly url: string; readonly status: number }) => `${url} answered ${status}`,
    hint: () => 'Look the species up on the web page of the collection.',
  },
});
// #endregion

const archive = z.object({ species: z.string(), url: z.url() });
type Archive = z.output<typeof archive>;

// #region fetch
const download = defineStep({
  name: 'download',
  needs: { lane: 'collection' }, // `lanes: { collection: 2 }` in runner.yaml: two at a time, whoever asks
  retries: 5, // after the first attempt, and only when the failure is transient
  timeoutMs: 600_000, // one attempt
  secrets: ['collection-token'],
  async work({ species, url }: Archive, { fetch, secret, scratch, output, progress, signal }) {
    const part = await scratch('part'); // outlives a crash, is gone once the item is done
    const have = await stat(part).then(
      ({ size }) => size,
      () => 0,
    );
    const authorization = `Bearer ${secret('collection-token')}`;
    const range = have > 0 ? { range: `bytes=${have}-` } : {};
    const answer = await fetch(url, { headers: { authorization, ...range }, signal });
    if (answer.status !== 200 && answer.status !== 206) throw failures['not-there']({ url, status: answer.status });
    if (answer.status === 200) await rm(part, { force: true }); // it sent the whole file again
    let done = answer.status === 206 ? have : 0;
    for await (const piece of answer.body) {
      await appendFile(part, piece);
      progress((done += piece.length));
    }
    return output.write(`${species}.zip`, await readFile(part));
  },
});
// #endregion

const fetchAll = defineTask({
  summary: 'Download the archives of a list.',
  params: z.object({ archives: source(z.array(archive)).describe('species and url'), out: storeUrl() }),
  steps: { download },
  async run({ params, map }) {
    await map(download, params.archives, { key: ({ species }) => species, into: params.out });
  },
});

export default definePlugin({ name: 'archive', api: 1, tasks: { fetch: fetchAll }, failures });
