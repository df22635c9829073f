import { join } from 'node:path';
import type { WorkDeps } from '../../src/engine/work/tools.ts';
import { createStoreOpener } from '../../src/storage/open-store.ts';

/** What `work` needs of its surroundings, over the folders of one project; `close` ends its stores. */
export function workDepsIn(dir: string): { readonly deps: WorkDeps; readonly close: () => Promise<void> } {
  const opener = createStoreOpener({ projectDir: dir, workDir: join(dir, 'work'), allowHosts: [] });
  const deps: WorkDeps = {
    openStore: (place) => opener.open(place),
    secrets: () => Promise.resolve({}),
    fetch: () => Promise.reject(new Error('nothing is fetched here')),
    scratchDir: join(dir, 'scratch'),
    spoolDir: join(dir, 'spool'),
    stagingName: 'one',
    statePath: join(dir, 'state'),
    redact: (text) => text,
  };
  return { deps, close: () => opener.close() };
}
