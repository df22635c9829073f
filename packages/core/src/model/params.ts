import { z } from 'zod';

/**
 * Param kinds beyond plain zod: one schema makes CLI flags, config keys, help, validation and JSON Schema.
 *
 * The kind travels as the schema's meta `x-runner`, which JSON Schema keeps, so the manifest alone is enough
 * to know that a string is a place or a reference.
 */

/**
 * Data given inline, or by reference: a path, a store URL, `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGS`.
 *
 * A reference is read when the task starts and parsed as JSON, YAML or CSV by its name (JSON when it has
 * none); every entry is then validated by `inner`, and a wrong one is named with its place.
 */
export function source<S extends z.ZodType>(inner: S): S {
  return inner.meta({ ...inner.meta(), 'x-runner': 'source' });
}

/** A place: a folder, `work:name`, a store URL or the name of a store in the config. */
export function storeUrl() {
  return z.string().min(1).meta({ 'x-runner': 'place' });
}

/** A file on disk or in a store, given as a path or URL; arrives in `run` as a FileRef. */
export { fileRef } from './file-ref.ts';
