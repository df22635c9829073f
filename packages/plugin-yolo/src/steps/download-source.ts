import { copyFileSync, linkSync } from 'node:fs';
import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { download } from '@dataset-runner/kit/download';

/** An archive on the web. */
export interface WebArchive {
  readonly key: string;
  readonly url: string;
  /** 64 hexadecimal digits. */
  readonly sha256?: string;
}

/** Fetches an archive, whole and verified; half of one is continued by the next attempt, also after a kill. */
export const downloadSource = defineStep({
  name: 'download-source',
  needs: { lane: 'network' },
  retries: 3,
  work: async (item: WebArchive, tools): Promise<FileRef> => bring(item, tools, {}),
});

/**
 * Fetches a Kaggle dataset as one zip. Kaggle answers with a redirect to a signed address elsewhere; user and key go to
 * Kaggle alone, for a redirect to another host drops them.
 */
export const downloadKaggle = defineStep({
  name: 'download-kaggle',
  needs: { lane: 'network' },
  retries: 3,
  secrets: ['kaggle-user', 'kaggle-key'],
  async work(item: WebArchive, tools): Promise<FileRef> {
    const pair = `${tools.secret('kaggle-user')}:${tools.secret('kaggle-key')}`;
    return bring(item, tools, { authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  },
});

type Bringing = Pick<Tools, 'fetch' | 'scratch' | 'output' | 'progress' | 'signal'>;

async function bring(
  { key, url, sha256 }: WebArchive,
  tools: Bringing,
  headers: { readonly [name: string]: string },
): Promise<FileRef> {
  const { fetch, scratch, output, progress, signal } = tools;
  const path = await scratch('archive');
  await download({
    url,
    path,
    fetch,
    headers,
    signal,
    progress,
    accept: ['zip', 'tar', 'gzip'],
    ...(sha256 === undefined ? {} : { sha256 }),
  });
  const to = await output.path(key);
  // Linked, not renamed: until the row is committed the whole download stays where the next attempt looks for it.
  try {
    linkSync(path, to);
  } catch {
    copyFileSync(path, to);
  }
  return output.wrote(key);
}
