import { source, storeUrl, z } from '@dataset-runner/core/plugin';
import { archiveSchema, type PinnedArchive } from './archive/remote-archive.ts';

/** Where the raw sets go. */
export const outParam = {
  out: storeUrl()
    .describe('The store: gs://bucket, a folder, ...; sets lie in spot-raw-data/ there')
    .meta({ short: 'o' }),
};

/** How archives are fetched. */
export const archiveParams = {
  locks: storeUrl().default('./dogs-locks').describe('Where it is written down what each archive was when first seen'),
  spool: z.boolean().default(false).describe('Fetch each archive to this disk first, instead of streaming it'),
};

export function archivesParam(defaults: readonly PinnedArchive[]) {
  return source(z.array(archiveSchema).min(1))
    .default([...defaults])
    .describe('Other addresses or digests of the archives');
}
